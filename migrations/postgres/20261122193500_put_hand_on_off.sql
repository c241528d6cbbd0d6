-- When what its rep owns and has not reached goes on: an absence without an end has lasted a business day then.
-- null: it did when the absence began, or does not.
alter table absence add column hand_on_at bigint;
create index absence_hand_on on absence (hand_on_at) where hand_on_at is not null and cancelled_at is null and until_at is null;
