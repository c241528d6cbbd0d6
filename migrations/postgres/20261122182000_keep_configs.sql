-- Every configuration that came into force, for `baton config`. Without secrets: these are left out before.
create table config (
    -- when it came into force
    at bigint not null,
    -- sha256:…, as it is stored with each decision
    hash text not null,
    -- JSON: [["baton.toml", "its text"], …], included files after the one that names them
    files jsonb not null,
    primary key (at, hash)
);
