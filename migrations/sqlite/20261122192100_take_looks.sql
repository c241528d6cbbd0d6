-- What one replica looks at for all of them: who is out of office in Teams. `next_at`: nobody looks before.
create table look (
    name text not null primary key,
    next_at bigint not null
);
