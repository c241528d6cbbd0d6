-- Headers that say what a vendor's delivery is (its topic, its version), kept so that it can be read again.
alter table submission add column headers jsonb not null default '{}';
