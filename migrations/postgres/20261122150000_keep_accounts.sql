-- Who a rep is in each chat, as far as that was found out; before, a rep had one chat and this stood in `rep`.
create table account (
    rep text not null,
    -- slack, teams
    platform text not null,
    user_id text not null,
    -- the conversation of direct messages
    conversation text,
    -- where calls about that conversation go, on a platform that has several places
    address text,
    -- when the chat was asked last; null: to be asked again
    looked_up_at bigint,
    primary key (rep, platform)
);
create index account_user on account (platform, user_id);
-- The columns in `rep` stay for a release that does not know this table; nothing reads them any more.
insert into account (rep, platform, user_id, conversation, looked_up_at)
    select id, 'slack', slack_user, slack_dm, looked_up_at from rep where slack_user is not null;
