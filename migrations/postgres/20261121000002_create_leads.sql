-- Every request that came in, kept whole, and what became of it. Also tells a repeated one from a new one.
create table submission (
    id text not null primary key,
    source text not null,
    received_at bigint not null,
    content_type text,
    -- what followed the "?" of the address
    query text not null,
    body bytea not null,
    -- of all that makes two requests without a delivery id the same
    body_hash text not null,
    -- the vendor's id of this delivery
    delivery_id text,
    -- accepted, quarantined, ignored …: the answer's word
    status text not null,
    -- why it could not be used as it was
    problems jsonb not null,
    -- the first lead it made or joined; null: none, or not yet
    lead_id text,
    -- all of them, for a batch
    leads jsonb not null
);
create unique index submission_delivery on submission (source, delivery_id) where delivery_id is not null;
create index submission_body on submission (source, body_hash, received_at);

-- The leads. doc is the lead; the other columns are taken from it to find it by, and `baton audit` checks that they agree.
create table lead (
    id text not null primary key,
    number bigint not null unique,
    source text not null,
    type text not null,
    state text not null,
    stage text not null,
    intent text not null,
    fit text not null,
    -- also of a closed lead
    owner text,
    team text,
    rule text,
    -- lower case
    email text,
    external_id text,
    -- name, company, mail and phone in lower case, to search in
    words text not null,
    -- in the queue until somebody is available
    waiting boolean not null,
    -- a trial that is offered to nobody
    test boolean not null,
    epoch bigint not null,
    -- rises with each change: who saves an older one has lost the race
    version bigint not null,
    -- when something is due next
    wake_at bigint,
    created_at bigint not null,
    -- when a person last did something with it
    touched_at bigint not null,
    updated_at bigint not null,
    doc jsonb not null
);
create index lead_wake on lead (wake_at) where wake_at is not null;
create index lead_owner on lead (owner, state, touched_at) where owner is not null;
create index lead_waiting on lead (intent, created_at, team, id) where waiting;
create index lead_created on lead (created_at, id);
create index lead_team on lead (team, created_at) where team is not null;
create index lead_state on lead (state, created_at);
create index lead_email on lead (email) where email is not null;
create index lead_external on lead (external_id) where external_id is not null;

-- The number that the next lead gets. A sequence, because a row in a table would make all who bring leads wait for one another.
create sequence lead_number start 1001;

-- To which lead a mail address (or whatever else tells a person) leads now.
create table identity (
    kind text not null,
    value text not null,
    lead_id text not null,
    primary key (kind, value)
);
create index identity_lead on identity (lead_id);

-- Offers, to count and find them by; the lead's doc holds them whole. The unique indexes have the last word on
-- "one owner" and "one rep is asked".
create table offer (
    id text not null primary key,
    lead_id text not null,
    rep text not null,
    team text,
    -- push, pool or given
    kind text not null,
    -- pending, accepted, declined, expired or withdrawn
    state text not null,
    -- the lead's when it was made
    epoch bigint not null,
    offered_at bigint not null,
    delivered_at bigint,
    until_at bigint,
    decided_at bigint,
    -- when an accepted one stopped being the owner's
    released_at bigint,
    -- a reason's id
    reason text
);
create unique index offer_one_owner on offer (lead_id) where state = 'accepted' and released_at is null;
-- kind is in it because SQLite names a broken index by its columns, and those of offer_one_owner are taken.
create unique index offer_one_push on offer (lead_id, kind) where state = 'pending' and kind = 'push';
create index offer_lead on offer (lead_id);
create index offer_pending on offer (rep, kind, lead_id) where state = 'pending';
create index offer_rep on offer (rep, offered_at);

-- What happened to each lead, append only: history, webhooks and audit read it.
create table fact (
    lead_id text not null,
    -- counts from 1 in each lead
    seq bigint not null,
    at bigint not null,
    event text not null,
    -- baton, a rep's id, api:NAME or source:ID
    actor text not null,
    rep text,
    offer_id text,
    -- in words, without personal data of the lead
    detail text not null,
    primary key (lead_id, seq)
);

-- Whose turn it is in each team: what the lines of `turn` add up to.
create table turns (
    team text not null primary key,
    doc jsonb not null
);

-- The ledger of turns, append only: why somebody is where they are in the line.
create table turn (
    id bigint generated always as identity primary key,
    team text not null,
    rep text not null,
    lead_id text,
    offer_id text,
    why text not null,
    -- turns; positive ones count as had
    amount double precision not null,
    at bigint not null
);
create index turn_team on turn (team, id);

-- What Baton has learned of a rep; who exists is said by the configuration.
create table rep (
    id text not null primary key,
    slack_user text,
    -- the conversation of direct messages
    slack_dm text,
    name text,
    -- the chat profile's time zone
    zone text,
    -- since when the chat does not deliver, and in its words why
    unreachable_at bigint,
    unreachable_why text,
    -- available outside working hours until then
    extra_until bigint,
    -- when the chat was asked last
    looked_up_at bigint,
    -- when they were found to be taken out of the configuration
    gone_at bigint
);
create index rep_slack_user on rep (slack_user) where slack_user is not null;

-- When reps are away. Planned, running and past ones.
create table absence (
    id text not null primary key,
    rep text not null,
    from_at bigint not null,
    -- null: until they say that they are back
    until_at bigint,
    reason text not null,
    -- who stands in
    cover text,
    made_by text not null,
    made_at bigint not null,
    -- when its beginning was acted on; null: not yet
    begun_at bigint,
    cancelled_at bigint
);
create index absence_rep on absence (rep, from_at) where cancelled_at is null;
create index absence_begin on absence (from_at) where cancelled_at is null and begun_at is null;
create index absence_end on absence (until_at) where cancelled_at is null and until_at is not null;

-- What is to be said in a chat, written with the change that is its reason and delivered afterwards. A row of kind
-- "show" stands for a card and lives as long as it; one of kind "say" is a message, sent once.
create table outbox (
    -- the order in which one recipient gets them
    id bigint generated always as identity primary key,
    kind text not null,
    lead_id text,
    -- one after the other for each of these
    recipient text not null,
    key text not null unique,
    -- messages of one cause to one recipient become one
    cause text,
    doc jsonb not null,
    -- pending; unknown: it may have been sent; sent; failed; dropped: not true any more
    state text not null,
    due_at bigint not null,
    leased_by text,
    leased_until bigint,
    -- rises with each lease: who holds an older one has lost it
    lease bigint not null,
    -- tries since it was asked for
    attempts bigint not null,
    -- rises whenever a show is asked for again
    revision bigint not null,
    conversation text,
    message text,
    sent_at bigint,
    error text,
    created_at bigint not null
);
create index outbox_due on outbox (due_at) where state in ('pending', 'unknown');
create index outbox_recipient on outbox (recipient, id) where state in ('pending', 'unknown');
create index outbox_leased on outbox (recipient, leased_until) where leased_until is not null;
create index outbox_cause on outbox (cause, recipient, sent_at) where cause is not null;
create index outbox_lead on outbox (lead_id) where lead_id is not null;

-- Where a card stands in a chat.
create table card (
    key text not null primary key,
    lead_id text not null,
    recipient text not null,
    conversation text not null,
    message text not null,
    -- of the outbox row that it shows
    revision bigint not null,
    shown_at bigint not null
);
create index card_lead on card (lead_id);
create index card_message on card (conversation, message);

-- What managers count, added up as it happens: reports never read what grows with the number of leads.
create table tally (
    -- start of the quarter of an hour in which the lead arrived
    quarter_at bigint not null,
    -- '' in these: none
    team text not null,
    rep text not null,
    source text not null,
    type text not null,
    rule text not null,
    measure text not null,
    -- how long it took, as a place in a histogram whose steps grow by 4 %; -1: it is no time
    bucket bigint not null,
    n bigint not null,
    primary key (quarter_at, team, rep, source, type, rule, measure, bucket)
);
