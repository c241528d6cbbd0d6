-- When it was said what had come meanwhile; null: not yet, or it is not over.
alter table absence add column returned_at bigint;
update absence set returned_at = begun_at where begun_at is not null;
create index absence_return on absence (until_at) where returned_at is null and cancelled_at is null and begun_at is not null;
