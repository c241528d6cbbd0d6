-- When `hours` was chosen; null: before that was kept, or never.
alter table rep add column hours_at bigint;
-- The end of somebody's last day as the configuration says it, and since when that is known; null: they stay.
alter table rep add column leaving_at bigint;
alter table rep add column leaving_noted_at bigint;
