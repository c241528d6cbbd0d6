-- A person is known by more than the mail address as it was sent. Kinds: email (in lower case, without what follows a
-- "+"), phone (E.164), external_id (SOURCE:ID), name (name and company). A sign leads to whom it led first.
insert into identity (kind, value, lead_id)
select 'email', substr(value, 1, instr(value, '+') - 1) || substr(value, instr(value, '@')), min(lead_id) from identity
where kind = 'email' and instr(value, '+') > 1 and instr(value, '+') < instr(value, '@') group by 2
on conflict (kind, value) do nothing;

insert into identity (kind, value, lead_id)
select 'phone', doc ->> '$.contact.phone', max(id) from lead
where not test and doc ->> '$.contact.phone' like '+%' group by 2
on conflict (kind, value) do nothing;

insert into identity (kind, value, lead_id)
select 'external_id', source || ':' || external_id, max(id) from lead
where not test and external_id is not null group by 2
on conflict (kind, value) do nothing;
