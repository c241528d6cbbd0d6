-- Whose the leads of a company are while somebody owns one of them, and for a while after (accounts.keep). The sign is
-- what companies are told by: "account NAME", "domain acme.example" or "name acme". Whoever owned last counts.
create table company_owner (
    sign text not null primary key,
    owner text not null,
    lead_id text not null,
    lead_number bigint not null,
    since_at bigint not null,
    -- When the lead ended in the owner's hands; null while they own it.
    ended_at bigint
);
create index company_owner_lead on company_owner (lead_id);
