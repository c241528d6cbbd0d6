-- A lead is read and written whole, never by its parts: kept as the text that it is, it need not be taken apart and put
-- together each time.
alter table lead alter column doc type json using doc::json;
