-- In which chat a card stands: it is changed there, also after its rep has chosen the other one.
alter table card add column platform text not null default 'slack';
