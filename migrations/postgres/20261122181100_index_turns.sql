-- A rep reads their own lines of a team's ledger, the last first.
create index turn_rep on turn (team, rep, id);
