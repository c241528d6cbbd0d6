-- The same counts as tally, by the part of the world that the lead was of; kept only while the rules name any.
create table territory_tally (
    -- start of the quarter of an hour in which the lead arrived
    quarter_at bigint not null,
    territory text not null,
    -- '' in these: none
    team text not null,
    rep text not null,
    measure text not null,
    -- as in tally
    bucket bigint not null,
    n bigint not null,
    primary key (quarter_at, territory, team, rep, measure, bucket)
);
