-- The company, else the person, that stands for itself in an experiment: of several leads of theirs the first counts.
create table experiment_unit (
    experiment text not null,
    -- a digest of the company's domain, else of how to reach the person
    unit text not null,
    lead_id text not null,
    primary key (experiment, unit)
) without rowid;
