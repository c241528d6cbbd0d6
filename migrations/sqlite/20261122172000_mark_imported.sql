-- Leads out of a list wait behind those that came by themselves, however long the list had lain somewhere else.
alter table lead add column imported boolean not null default false;
create index lead_queued on lead (intent, imported, created_at, team) where state = 'queued';
