-- Which filters held of whom a submission brings: told by `baton submissions list --filter`, counted by filter.
create table filtered (
    submission_id text not null,
    filter text not null,
    -- drop, park, mark
    did text not null,
    source text not null,
    at bigint not null,
    -- how many of those whom the submission names
    people bigint not null,
    -- the lead that a sender without proof was told of: there is no such lead
    told text,
    -- when somebody let them in all the same
    let_in_at bigint,
    primary key (submission_id, filter)
);
create index filtered_by_filter on filtered (filter, at);

-- Who sent something within the last day, for filters that ask how often; kept only while there is such a filter.
create table sender (
    -- email, domain
    kind text not null,
    -- a digest of it: the address itself is not kept here
    digest text not null,
    at bigint not null
);
create index sender_of on sender (kind, digest, at);
create index sender_at on sender (at);

-- What waits for somebody to look at it is found without reading all the rest.
create index submission_quarantined on submission (source, received_at) where status = 'quarantined';
