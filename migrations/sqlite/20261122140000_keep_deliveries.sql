-- Leads that somebody has taken with a command or a button that names none, by the delivery that brought it: the chat
-- delivers at least once, and the second time must not take another lead. Kept for a day.
create table taken (
    delivery text not null primary key,
    lead_id text not null,
    at bigint not null
) without rowid;
create index taken_at on taken (at);
