-- What experiments count, added up by arm; each lead once for each word.
create table experiment_tally (
    experiment text not null,
    arm text not null,
    -- start of the quarter of an hour in which the lead came into the experiment
    quarter_at bigint not null,
    -- entered, contacted, won
    what text not null,
    -- how long it took from then, as in tally; -1: it is no time
    bucket bigint not null,
    n bigint not null,
    primary key (experiment, quarter_at, arm, what, bucket)
);
