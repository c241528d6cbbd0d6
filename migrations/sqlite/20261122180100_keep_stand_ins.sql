-- With which leads somebody stands in for an account's owner who is away: they are the owner's again when they are back.
create table stand_in (
    lead_id text not null primary key,
    owner text not null
);
create index stand_in_owner on stand_in (owner);
