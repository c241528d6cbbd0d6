-- Until when somebody wanted not to be disturbed when that was last acted on or asked about; null: they may be.
alter table rep add column quiet_seen text;
