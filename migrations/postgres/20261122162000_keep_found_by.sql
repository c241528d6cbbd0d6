-- The rep's address by which the chat was asked who they are; null: by their id, or not asked for at all. With
-- another address in the configuration it is asked again at once.
alter table account add column found_by text;
