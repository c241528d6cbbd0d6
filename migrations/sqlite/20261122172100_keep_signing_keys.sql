-- What Baton signs with for itself, made by chance once and shared by all replicas. Secrets.
create table signing_key (
    -- what for: 'form' for when a form was shown
    name text not null primary key,
    key text not null,
    made_at bigint not null
) without rowid;
