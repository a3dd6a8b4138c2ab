-- The hours that a day is the sum of, packed (domain::day_hours): hours are written hour by hour, each of a service on a page of its own,
-- so that a chart of a month read 720 pages; its days are thirty. Rows written before, or by a worker of an older version beside this
-- one, have none or not all of them: readers see that they do not add up to the day, and read the hours themselves. It
-- grows in by itself: a month later no chart of a month meets such a day.
alter table rollup_days add column hours bytea not null default '';

-- A row is written anew each hour of its day, and its days are kept for ever: a share of all of them would be vacuumed once in weeks.
-- What several verdicts and scattered latencies make longer than 2 kB is compressed and stays in its row, which is read whole.
alter table rollup_days
    alter column hours set storage main,
    set (autovacuum_vacuum_scale_factor = 0.02);
