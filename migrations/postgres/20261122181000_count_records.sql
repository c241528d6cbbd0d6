-- How each rep's leads ended, by the week in which they did: of all of them (likeness '') and of those alike in source,
-- type and segment. What best-match and top-performer read; a few rows for each rep.
create table record (
    rep text not null,
    likeness text not null,
    -- the Thursday midnight, UTC, with which it begins
    week_at bigint not null,
    won bigint not null,
    ended bigint not null,
    primary key (rep, likeness, week_at)
);
