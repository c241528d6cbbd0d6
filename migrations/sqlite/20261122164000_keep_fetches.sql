-- People of whom a submission gave an id only, and the fetching of each from its vendor.
create table person_fetch (
    id integer primary key autoincrement,
    submission_id text not null,
    source text not null,
    -- what tells this fetch from all others of its source
    key text not null,
    -- the page or account there, by which a token is chosen; '': none
    account text not null,
    -- what is wanted, and what the submission says besides
    doc text not null,
    -- waiting; missing: the vendor does not know them, or not yet; refused: it takes no token, so that somebody has to
    -- act; done
    state text not null,
    due_at bigint not null,
    leased_until bigint,
    -- rises with each lease: who holds an older one has lost it
    lease bigint not null,
    attempts bigint not null,
    -- when the submission came
    since_at bigint not null,
    -- when a lead is made without the person; once it is, when nobody fetches any more
    patience_at bigint not null,
    -- what the last attempt came to, in words without personal data
    problem text,
    -- what became of it: a submission's word; null: still to be known
    outcome text,
    -- the lead that was made without the person
    lead_id text,
    -- what the vendor answered, kept whole
    answers text
);
create unique index person_fetch_key on person_fetch (source, key);
create index person_fetch_due on person_fetch (source, due_at) where state <> 'done';
create index person_fetch_patience on person_fetch (patience_at) where state <> 'done';
create index person_fetch_submission on person_fetch (submission_id);
