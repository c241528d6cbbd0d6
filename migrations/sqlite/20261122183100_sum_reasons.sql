-- Why offers were declined, and which leads people gave to somebody else than the rule had chosen; beside tally, which
-- knows no reasons.
create table reason_tally (
    -- start of the quarter of an hour in which the lead arrived
    quarter_at bigint not null,
    -- declined, overridden
    what text not null,
    -- '' in these: none. Of an override: who had it before
    team text not null,
    rep text not null,
    rule text not null,
    -- of a decline its reason; of an override the team that got the lead, '' when it was given back
    reason text not null,
    n bigint not null,
    primary key (quarter_at, what, team, rep, rule, reason)
) without rowid;

-- What was put before whom, by worth and burden, for whoever asks whether it was fair.
create table given_tally (
    -- start of the quarter of an hour in which the lead arrived
    quarter_at bigint not null,
    team text not null,
    rep text not null,
    -- high, medium, low
    intent text not null,
    -- outside of the rep's hours or of the clock's: 1, else 0
    after_hours bigint not null,
    -- ISO code; '': not said
    currency text not null,
    n bigint not null,
    -- those of them whose deal's worth was said, and what those are worth together
    valued bigint not null,
    worth double precision not null,
    primary key (quarter_at, team, rep, intent, after_hours, currency)
) without rowid;
