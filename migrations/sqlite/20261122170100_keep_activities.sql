-- What people did, as sources tell it: of leads, and of those who may become one.
create table activity (
    id integer primary key autoincrement,
    source text not null,
    -- what tells it from all others of its source: the sender's id, or who did what when
    key text not null,
    -- under which name it is counted
    activity text not null,
    -- when it was done
    at bigint not null,
    received_at bigint not null,
    -- where it is kept whole
    submission_id text not null,
    -- null: nobody's yet
    lead_id text
);
create unique index activity_key on activity (source, key);
create index activity_lead on activity (lead_id, at) where lead_id is not null;
create index activity_stranger on activity (received_at, id) where lead_id is null;

-- By what those are known of whom there is no lead yet.
create table activity_sign (
    kind text not null,
    value text not null,
    activity_id bigint not null,
    primary key (kind, value, activity_id)
) without rowid;
create index activity_sign_activity on activity_sign (activity_id);
