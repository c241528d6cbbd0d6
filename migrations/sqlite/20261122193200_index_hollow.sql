-- Whose accepts came to nothing lately, for notices of late leads; few things of all that is counted.
create index tally_hollow on tally (rep, quarter_at) where measure = 'hollow';
