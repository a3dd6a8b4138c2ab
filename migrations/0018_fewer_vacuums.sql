-- Every look writes its row of service_health anew, on the same page: whoever comes by next takes back what the old version took. Going
-- over the whole table whenever a fifth of its rows was written, once a minute with a hundred thousand services, finds next to nothing
-- to do. Vacuum is left to what pages could not take back: rows that had to leave theirs, and rows of services that were deleted. What
-- is stored outside of rows has no such pages and is vacuumed as before.
alter table service_health set (
    autovacuum_vacuum_scale_factor = 1,
    autovacuum_vacuum_threshold = 5000,
    toast.autovacuum_vacuum_scale_factor = 0.2,
    toast.autovacuum_vacuum_threshold = 50
);
