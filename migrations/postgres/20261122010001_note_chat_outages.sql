-- When the chat could not be reached: so long offers that were delivered and pending are extended.
create table chat_outage (
    from_at bigint not null primary key,
    -- null: it lasts
    until_at bigint
);
-- One at a time.
create unique index chat_outage_lasting on chat_outage ((until_at is null)) where until_at is null;
