-- Working hours as chosen in the chat, in opening_hours syntax; null: those of the configuration.
alter table rep add column hours text;
