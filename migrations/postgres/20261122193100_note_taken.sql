-- Whether the rep took the lead themselves, and was not given it; null: stored before that was kept.
alter table offer add column taken boolean;
