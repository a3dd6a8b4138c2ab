-- Every look writes its row of service_health anew, on the same page: whoever comes by next takes back what the old version took. Going
-- over the whole table whenever a fifth of its rows was written, once a minute with a hundred thousand services, finds next to nothing
-- to do. It is left to do for the few rows that had to leave their page.
alter table service_health set (autovacuum_vacuum_scale_factor = 5, autovacuum_vacuum_threshold = 5000);
