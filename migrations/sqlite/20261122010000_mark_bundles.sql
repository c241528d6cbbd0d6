-- What is said in the message of another one (same cause, same reader) is found in the chat by that one's mark.
alter table outbox add column mark text;
-- What may have been sent already is looked for on its own.
create index outbox_unknown on outbox (due_at, recipient) where state = 'unknown';
