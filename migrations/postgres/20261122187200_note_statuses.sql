-- The status in the chat profile that was last acted on or asked about; null: none says that they are away.
alter table rep add column status_seen text;
