-- What every look writes to, kept small and cheap.

-- `recent` and `open_hours` are written as a few bytes from here on (domain::packed), which programs before do not read; none was
-- published.
update schema_floor set version = 15;

-- A look changes columns that no plan asks for. Counting what is in them whenever a tenth of the rows was written would cost more than
-- the looks in between; how many rows there are is known from when their space is taken back.
alter table service_health
    alter column recent set statistics 0,
    alter column good_look set statistics 0,
    alter column look set statistics 0,
    alter column open_hours set statistics 0,
    alter column timings set statistics 0,
    alter column latency_hours set statistics 0,
    set (
        autovacuum_analyze_scale_factor = 20,
        autovacuum_analyze_threshold = 5000
    );
