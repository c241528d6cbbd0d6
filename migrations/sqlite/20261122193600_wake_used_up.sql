-- Leads that nobody has and for which no step is left are told of again. Those that had come to that before nothing wakes:
-- each is looked at once, by which it gets its time.
update lead set wake_at = 0 where wake_at is null and state in ('offered', 'pooled', 'queued', 'review')
    and json_array_length(doc, '$.plan.escalation') > 0
    and not exists (select 1 from json_each(doc, '$.plan.escalation') where json_extract(value, '$.done') = 'open');
