-- The oldest version of the schema whose programs still run on this one. A migration that only adds leaves it alone, so that the
-- version before can be put back; one that takes something away raises it to the first version that does without.
create table schema_floor (
    is_only boolean primary key default true check (is_only),
    version bigint not null
);
insert into schema_floor (version) values (13);
