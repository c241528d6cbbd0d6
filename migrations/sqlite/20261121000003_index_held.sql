-- Submissions over their source's rate are looked for every second; what was let in must not be read for that.
create index submission_held on submission (source, received_at) where status = 'held';
