-- The hours that a day is the sum of, packed (domain::day_hours): hours are written hour by hour, each of a service on a page of its own,
-- so that a chart of a month read 720 pages; its days are thirty. Rows written before, or by a worker of an older version beside this
-- one, have none or not all of them: readers see that they do not add up to the day, and read the hours themselves.
alter table rollup_days add column hours bytea not null default '';
