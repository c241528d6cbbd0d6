-- The leads that wait and whose chance has come, found without a look at all others that are due.
create index lead_chance on lead (wake_at) where waiting;
