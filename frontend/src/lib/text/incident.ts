/** Words of incidents, wherever they appear. */

export const incidentText = {
  title: 'Incidents',
  open: 'Open incidents',
  openCount: (n: number) => (n === 1 ? '1 open incident' : `${n} open incidents`),
  sentence: (open: number) =>
    open === 0
      ? 'No incident is open'
      : open === 1
        ? '1 incident is open'
        : `${open} incidents are open`,
  type: { downtime: 'Downtime', degraded: 'Degraded' },
  verb: { downtime: 'was down', degraded: 'was degraded' },
  verbOpen: { downtime: 'is down', degraded: 'is degraded' },
  ongoing: 'open',
  lasted: (span: string) => `lasted ${span}`,
  empty: 'No incidents.',
  emptyFiltered: 'No incident matches these filters.',
  clear: 'Clear filters',
  listError: 'The incidents could not be loaded.',
  openError: 'The open incidents could not be loaded.',
  filters: 'Filters',
  filter: {
    state: 'State',
    any: 'All',
    open: 'Open',
    resolved: 'Resolved',
    type: 'Type',
    service: 'Service',
    allServices: 'All services',
    oneService: 'This service',
    services: 'Services that match',
    found: (n: number) => (n === 1 ? '1 service' : `${n} services`),
    range: 'Range',
  },
  map: {
    error: 'The drawing could not be loaded.',
    ranges: {
      '24h': 'the last 24 hours',
      '7d': 'the last 7 days',
      '30d': 'the last 30 days',
      '90d': 'the last 90 days',
    },
    rangeLabels: { '24h': '24 h', '7d': '7 d', '30d': '30 d', '90d': '90 d' },
    quiet: {
      '24h': 'Nothing in the last 24 hours.',
      '7d': 'Nothing in the last 7 days.',
      '30d': 'Nothing in the last 30 days.',
      '90d': 'Nothing in the last 90 days.',
    },
    summary: (n: string, services: string, range: string, open: string) =>
      `${n === '1' ? '1 incident' : `${n} incidents`} in ${range}, of ${services === '1' ? '1 service' : `${services} services`}; ${open === '0' ? 'none is open' : `${open} open`}. The list below names each.`,
    newest: (n: string, of: string) => `The newest ${n} of ${of} incidents are drawn.`,
    atLeast: (n: string) => `at least ${n}`,
    more: (n: string) => (n === '1' ? '1 more service' : `${n} more services`),
    bar: (name: string, verb: string, lasted: string, began: string) =>
      `${name} ${verb} for ${lasted}, from ${began}`,
  },
  older: 'Older incidents',
  checksFailed: (n: number) => (n === 1 ? '1 failed check' : `${n} failed checks`),
  deletedService: 'Deleted service',

  page: {
    sentenceOpen: (name: string, type: string) => `${name} is ${type}`,
    sentenceResolved: (name: string, type: string, span: string) =>
      `${name} was ${type} for ${span}`,
    typeWord: { downtime: 'down', degraded: 'degraded' },
    started: 'Started',
    opened: 'Opened',
    resolved: 'Resolved',
    stillOpen: 'not yet',
    duration: 'Duration',
    failedChecks: 'Failed checks',
    severity: 'Worst',
    timeline: 'Timeline',
    events: {
      firstFailure: (cause = '') => `First failing look. ${cause}`.trim(),
      opened: (attempts: number | null) =>
        attempts !== null && attempts > 1
          ? `Confirmed by ${attempts} attempts; the incident was opened.`
          : 'The incident was opened.',
      worse: (cause = '') => `It went from degraded to down. ${cause}`.trim(),
      milder: (cause = '') => `It went from down to degraded. ${cause}`.trim(),
      vendorSaid: 'The vendor wrote about it.',
      vendorSaidOf: (incident: string, phase: string | null) =>
        phase === null ? `The vendor on “${incident}”` : `The vendor on “${incident}”: ${phase}`,
      acknowledged: (by: string | null) => `${by ?? 'Somebody'} has taken it on.`,
      dependencyFailing: 'Something that it depends on is not operational.',
      resolved: 'The incident was resolved.',
      resolvedBy: {
        recovered: 'Two good answers in a row; the incident was resolved.',
        paused: 'The service was paused, which ended the incident.',
        config_changed: 'The service was changed to ask something else, which ended the incident.',
        deleted: 'The service was deleted, which ended the incident.',
      },
    },
    answered: (status: number, took: string) => `Answered ${status} in ${took}.`,
    evidence: 'Evidence',
    firstFailing: 'First failing look',
    lastGood: 'Last good look',
    noFirst: 'Not kept.',
    noLast: 'No good look on record before this incident.',
    differs: 'differs',
    checks: 'Checks during this incident',
    newestChecks: (n: string, of: string, orMore: boolean) =>
      `These are the newest ${n} of ${of}${orMore ? ' or more' : ''}.`,
    allChecks: 'All checks of the service',
    seeService: 'Open the service',
    dependencyMore: 'See what the vendor says',
    vendorRows: {
      status: 'The vendor says',
      raw: 'In its own word',
      component: 'Component',
      incidents: 'Reported',
    },
    rows: {
      result: 'Result',
      status: 'Status code',
      address: 'Address',
      total: 'Took',
      size: 'Body',
      certificate: 'Certificate until',
    },
  },
};
