-- How leads like one ended, whoever had them: score.win.
create index record_by_likeness on record (likeness, week_at);
