-- When each chat could not be reached: one that is down holds up nothing in the other.
create table outage_by_chat (
    -- slack, teams
    platform text not null default 'slack',
    from_at bigint not null,
    -- null: it lasts
    until_at bigint,
    primary key (platform, from_at)
);
insert into outage_by_chat (platform, from_at, until_at) select 'slack', from_at, until_at from chat_outage;
drop table chat_outage;
alter table outage_by_chat rename to chat_outage;
-- One at a time in each.
create unique index chat_outage_lasting on chat_outage (platform) where until_at is null;
