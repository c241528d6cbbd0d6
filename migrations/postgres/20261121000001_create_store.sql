-- Which processes run on this database. Each says every few seconds that it is alive, so that after a stop
-- the next one knows for how long nobody was there, and operators see how many replicas run.
create table instance (
    id text not null primary key,
    -- when this process started, microseconds since 1970 UTC, like every time in this database
    started_at bigint not null,
    -- when it was last seen alive
    seen_at bigint not null
);
