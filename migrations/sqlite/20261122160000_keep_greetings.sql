-- Whom Baton has told who it is when it was installed for them: chats say that in several ways, and more than once.
create table greeting (
    platform text not null,
    user_id text not null,
    at bigint not null,
    primary key (platform, user_id)
) without rowid;
