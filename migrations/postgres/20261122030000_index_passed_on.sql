-- Offers that an absence passed on, to give them back within a minute.
create index offer_passed_on on offer (rep, decided_at) where reason = 'away';
