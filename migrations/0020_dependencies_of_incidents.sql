-- Lists of incidents ask of each whether something that it depends on failed meanwhile. Few did.
create index incident_events_dependency_idx on incident_events (incident_id, at, id)
    where event ->> 'kind' = 'dependency_failing';
