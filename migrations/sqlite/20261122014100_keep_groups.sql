-- Who is in the chat's groups of people, so that teams made of them are whole while the chat can't be asked.
create table chat_group (
    handle text not null primary key,
    -- ids of the chat
    users text not null,
    looked_up_at bigint not null
);
