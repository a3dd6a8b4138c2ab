/** Every query key in one place, so that live events know what they touch. */
export const keys = {
  me: ['me'] as const,
  providers: ['providers'] as const,
  sessions: ['sessions'] as const,
  preferences: ['preferences'] as const,
  summary: ['summary'] as const,
  services: ['services'] as const,
  serviceList: (filters: object) => ['services', 'list', filters] as const,
  serviceLists: ['services', 'list'] as const,
  service: (id: string) => ['services', 'one', id] as const,
  latency: (id: string, range: string) => ['services', 'one', id, 'latency', range] as const,
  days: (id: string, n: number) => ['services', 'one', id, 'days', n] as const,
  checksOf: (id: string) => ['services', 'one', id, 'checks'] as const,
  checks: (id: string, filters: object) => ['services', 'one', id, 'checks', filters] as const,
  incidents: ['incidents'] as const,
  incidentList: (filters: object) => ['incidents', 'list', filters] as const,
  incident: (id: string) => ['incidents', 'one', id] as const,
};
