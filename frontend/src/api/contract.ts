/** The shapes of the HTTP contract that the web app reads and writes. */

export type StatusWord =
  | 'up'
  | 'degraded'
  | 'down'
  | 'unknown'
  | 'maintenance'
  | 'paused'
  | 'pending';
export type DayStatus = 'up' | 'degraded' | 'down' | 'none' | 'unknown' | 'maintenance';

export interface Reason {
  code: string;
  phase?: string | null;
  sentence: string;
}

export interface CurrentStatus {
  status: StatusWord;
  response_time: number | null;
  checked_at: string | null;
  reason?: Reason | null;
  since?: string | null;
  suspect?: boolean;
}

export interface Day {
  date: string;
  status: DayStatus;
  uptime?: number | null;
  coverage?: number | null;
  down_s?: number;
  degraded_s?: number;
  unknown_s?: number;
  maintenance_s?: number;
}

export interface ActiveIncident {
  name: string;
  impact: string;
  started_at: string;
  url?: string | null;
  id?: string;
}

export interface ActiveMaintenance {
  name: string;
  status: string;
  scheduled_for: string;
  scheduled_until: string;
}

export interface HeaderField {
  name: string;
  value?: string;
}

export interface Uptime {
  uptime_24h: number | null;
  uptime_7d: number | null;
  uptime_30d: number | null;
  uptime_90d?: number | null;
  coverage_24h?: number | null;
  coverage_7d?: number | null;
  coverage_30d?: number | null;
  coverage_90d?: number | null;
}

export interface Service {
  id: string;
  name: string;
  monitor_type: 'http_ping' | 'status_page';
  url: string | null;
  category: string | null;
  check_interval: number;
  status_page_url: string | null;
  expected_status: number;
  expected_statuses?: string | null;
  timeout_ms: number;
  degraded_threshold_ms: number;
  method: string;
  headers: HeaderField[];
  body: string | null;
  follow_redirects: boolean;
  tls_verify: boolean;
  address_family: 'auto' | '4' | '6';
  retries: number;
  tags: string[];
  paused_at: string | null;
  created_at: string;
  updated_at: string;
  current_status: CurrentStatus | null;
  uptime_24h: number | null;
  uptime_30d_bar: Day[];
  active_incident: ActiveIncident | null;
  active_maintenance: ActiveMaintenance | null;
  assertions: Assertion[];
  certificate?: Certificate | null;
  last_look?: LookResult | null;
  uptime?: Uptime;
}

export interface ServiceDraft {
  name: string;
  monitor_type: 'http_ping';
  url: string;
  category?: string | null;
  check_interval?: number;
  expected_status?: number;
  timeout_ms?: number;
  degraded_threshold_ms?: number;
  method?: string;
  headers?: HeaderField[];
  body?: string | null;
  follow_redirects?: boolean;
  tls_verify?: boolean;
  address_family?: 'auto' | '4' | '6';
  retries?: number;
  tags?: string[];
  assertions?: Assertion[];
  status_page_url?: string | null;
  expected_statuses?: string | null;
}

/** Where the time of one request went, in microseconds; 0 where a phase did not happen. */
export interface Timings {
  queued_us: number;
  dns_us: number;
  tcp_us: number;
  tls_us: number;
  send_us: number;
  ttfb_us: number;
  transfer_us: number;
}

/** One request of a look; redirects make several. */
export interface Hop {
  url: string;
  remote?: string | null;
  http_version?: string | null;
  status?: number | null;
  bytes: number;
  timings: Timings;
}

export interface Certificate {
  subject: string;
  names: string[];
  issuer: string;
  not_before: string;
  not_after: string;
  chain_not_after: string;
  fingerprint: string;
  self_signed: boolean;
  verified: boolean;
  faults: string[];
}

export interface Observation {
  hops: Hop[];
  total_us: number;
  certificate?: Certificate | null;
  evidence?: { headers: [string, string][]; body: string } | null;
}

/** A look with its opinion: what a dry run answers, and what a service remembers of its last one. */
export interface LookResult {
  status: StatusWord;
  sentence: string;
  reason: Reason | null;
  status_code: number | null;
  response_time: number | null;
  checked_at?: string | null;
  observation: Observation;
}

export type Assertion =
  | { kind: 'body_contains' | 'body_not_contains'; text: string }
  | { kind: 'body_matches'; pattern: string }
  | { kind: 'json_exists'; path: string }
  | { kind: 'json_equals'; path: string; value: unknown }
  | { kind: 'header_equals'; name: string; value: string }
  | { kind: 'header_contains'; name: string; text: string };

export interface Check {
  id: string;
  service_id: string;
  status: StatusWord;
  status_code: number | null;
  response_time: number | null;
  checked_at: string;
  reason: Reason | null;
  attempts: number;
}

export type IncidentType = 'downtime' | 'degraded';

export interface Incident {
  id: string;
  service_id: string;
  service_name?: string;
  type: IncidentType;
  started_at: string;
  opened_at: string;
  resolved_at: string | null;
  checks_failed: number;
  severity: StatusWord;
  worst: StatusWord;
  cause: Reason | null;
  resolution?: string | null;
}

export interface IncidentEvent {
  at: string;
  kind: string;
  sentence: string;
}

export interface IncidentDetail extends Incident {
  timeline: IncidentEvent[];
  evidence: { first_failing: LookResult | null; last_good: LookResult | null };
  checks: Check[];
}

export interface LatencyPoint {
  t: string;
  p50: number | null;
  p95: number | null;
  max: number | null;
  up: number;
  degraded: number;
  down: number;
  unknown: number;
}
export type LatencyRange = '24h' | '7d' | '30d' | '90d';

export interface Summary {
  total: number;
  counts: Record<StatusWord, number>;
  uptime_24h: number | null;
  open_incidents: number;
}

export interface Providers {
  local: boolean;
  google: boolean;
  github: boolean;
  setup_required: boolean;
}

export interface Me {
  id: string;
  email: string;
  name: string;
  auth_provider: 'local' | 'google' | 'github';
  avatar_url: string | null;
  role?: 'viewer' | 'editor' | 'owner';
}

export interface Session {
  id: string;
  current: boolean;
  created_at: string;
  last_used_at: string;
  user_agent: string | null;
  address: string | null;
}

export interface Preferences {
  theme?: 'light' | 'dark' | 'system';
  category_order?: string[];
}

export interface ServiceStatusEvent {
  service_id: string;
  status: StatusWord;
  response_time: number | null;
  checked_at: string;
  reason?: Reason | null;
  suspect?: boolean;
}
export interface ServiceChangedEvent {
  service_id: string;
  deleted?: boolean;
}
export interface IncidentLiveEvent {
  incident_id: string;
  service_id: string;
  type: IncidentType;
  started_at: string;
  resolved_at: string | null;
}
