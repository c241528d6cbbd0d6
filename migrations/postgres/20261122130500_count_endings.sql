-- How leads ended, added up by why and for how much; beside tally, which counts but does not sum.
create table ending_tally (
    -- start of the quarter of an hour in which the lead arrived
    quarter_at bigint not null,
    -- '' in these: none
    team text not null,
    rep text not null,
    -- won, lost, disqualified, duplicate
    ending text not null,
    -- one of the usual reasons, or the label of the rule that dropped it
    reason text not null,
    currency text not null,
    -- leads
    n bigint not null,
    -- those of them whose worth was said, and what they were worth together
    valued bigint not null,
    worth double precision not null,
    primary key (quarter_at, team, rep, ending, reason, currency)
);
