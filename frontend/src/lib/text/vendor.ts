/** Words about what vendors publish: choosing components, what a page says, incidents of others. */

export const vendorText = {
  level: {
    operational: 'operational',
    degraded: 'degraded performance',
    partial_outage: 'partial outage',
    major_outage: 'major outage',
    maintenance: 'under maintenance',
    not_monitored: 'not monitored',
    unknown: 'unknown',
  },
  impact: {
    minor: 'minor',
    major: 'major',
    critical: 'critical',
    maintenance: 'maintenance',
  } as Record<string, string>,
  phase: {
    investigating: 'Investigating',
    identified: 'Identified',
    monitoring: 'Monitoring',
    resolved: 'Resolved',
    postmortem: 'Postmortem',
    scheduled: 'Scheduled',
    in_progress: 'In progress',
    verifying: 'Verifying',
    completed: 'Completed',
    cancelled: 'Cancelled',
  } as Record<string, string>,

  box: {
    label: 'What do you want to watch?',
    placeholder: 'example.com, or a name such as GitHub',
    hint: 'An address of your own, or the name of a service you depend on.',
    kind: 'What it is',
    kinds: { http_ping: 'HTTP', status_page: 'Status page' },
    options: 'Well-known services',
    found: (n: number) =>
      n === 1
        ? '1 well-known service; choose with the arrow keys.'
        : `${n} well-known services; choose with the arrow keys.`,
    search: 'Search',
    searchAgain: 'Search again',
    notAnAddress:
      'This is not an http or https address. Choose one of the suggestions, or type something like example.com.',
    untested: 'Search once: you see what the page has to offer, and choose.',
    isPage: (name: string) => `${name} publishes its own status.`,
    usePage: 'Follow its status page',
  },

  search: {
    heading: 'What the page offers',
    steps: [
      (where: string) => `Opening ${where}`,
      () => 'Asking for the forms in which status pages are published',
      () => 'Some pages answer slowly. This takes 15 seconds at most.',
    ],
    failed: 'The search did not get through.',
    retry: 'Search again',
    provider: (name: string) => `published with ${name}`,
    components: (n: number) => (n === 1 ? '1 component' : `${n} components`),
    open: (n: number) => (n === 1 ? '1 open incident' : `${n} open incidents`),
    evidence: 'What was tried',
    nothing: 'No status page was found at this address.',
  },

  manual: {
    title: 'Name the addresses yourself',
    detail:
      'The page’s JSON or feed addresses, for example https://status.example.com/api/v2/summary.json.',
    url: (n: number) => `Address ${n}`,
    add: 'Add another',
    remove: (n: number) => `Remove address ${n}`,
    validate: 'Validate',
    validating: 'Reading',
    ignored: (urls: string) => `Nothing usable came from ${urls}.`,
    useless: 'None of these could be read as a status page.',
  },

  picker: {
    legend: 'What to watch',
    whole: 'The page as a whole',
    wholeDetail: 'The state that the vendor gives for everything together.',
    search: 'Find a component',
    none: (query: string) => `No component is called “${query}”.`,
    shown: (n: number) => (n === 1 ? '1 component' : `${n} components`),
    ungrouped: 'Components',
    chosen: (n: number) => (n === 1 ? '1 chosen' : `${n} chosen`),
    chooseOne: 'Choose at least one component, or the page as a whole.',
    empty: 'The page lists no components; it can be followed as a whole.',
  },

  form: {
    name: 'Name',
    names: 'Their names',
    policy: 'A partial outage counts as',
    policies: { down: 'Down', degraded: 'Degraded' },
    interval: 'Read every',
    submit: (n: number) => (n <= 1 ? 'Save and watch' : `Watch ${n} components`),
    saving: (done: number, n: number) => (n <= 1 ? 'Saving' : `Saving ${done} of ${n}`),
    added: (n: number) => `${n} services are watched from now on.`,
    some: (n: number, failed: number) =>
      `${n} added, ${failed} refused; the refused ones are still ticked.`,
    loading: 'Loading the form',
    component: 'Component',
    change: 'Choose another',
    keep: 'Keep the present one',
    reading: 'Reading the page',
    source: 'Where it is read',
    sourceDetail: 'Other addresses of the same page, or its new home after a move.',
    newAddress: 'Address of the page',
  },

  said: {
    heading: (page: string) => `What ${page} says`,
    says: (page: string) => `${page} says:`,
    saysOf: (page: string, component: string) => `${page} says of ${component}:`,
    ownWord: (word: string) => `in its own word “${word}”`,
    read: 'read',
    lastRead: 'last read',
    failing: (n: number) => (n === 1 ? 'the last attempt failed' : `the last ${n} attempts failed`),
    triedAgain: (time: string) => `tried again at ${time}`,
    delayed: (time: string) => `delayed by the page until ${time}`,
    neverRead: 'not read yet',
    verdict: 'We count it as',
    page: 'Page',
    provider: 'Published with',
    component: 'Component',
    whole: 'The page as a whole',
    addresses: 'Read at',
    open: 'Open the page',
  },
  incident: {
    since: 'since',
    updates: 'Updates',
    earlier: (n: number) => (n === 1 ? '1 earlier update' : `${n} earlier updates`),
    link: 'Read it there',
    linkOf: (name: string) => `Read it there: “${name}” on the vendor’s page`,
    heading: 'Reported by the vendor',
    mark: (n: number, name: string) =>
      n === 1 ? `The vendor reports: ${name}` : `The vendor reports ${n} incidents: ${name}`,
  },
  maintenance: {
    active: 'Maintenance is under way',
    upcoming: 'Maintenance is planned',
    from: (from: string, until: string | null) =>
      until === null ? `from ${from}` : `${from} to ${until}`,
    noTime: 'no time given',
    mark: (name: string) => `Maintenance is under way: ${name}`,
  },
  notes: {
    heading: 'Also on this page',
    detail: 'These name no component or another one; they do not count here.',
  },
  gone: {
    heading: (name: string) => `“${name}” is no longer on the page`,
    detail: 'It may be called something else by now. Until you choose, its state is unknown.',
    pick: (name: string) => `Follow “${name}” instead`,
    chooseOther: 'Choose another component',
    done: (name: string) => `${name} is followed from now on.`,
  },

  depends: {
    title: 'Depends on',
    detail:
      'When this fails while one of these is in equal or worse trouble, or in maintenance, the incident says so first and the first message waits for it to end, at most an hour.',
    none: 'Nothing named yet.',
    add: 'Add what it depends on',
    suggested: (name: string) => `${name} publishes its status.`,
    addSuggested: (name: string) => `Choose from ${name}`,
    remove: (name: string) => `Remove ${name}`,
    dialog: 'What does it depend on?',
    take: (n: number) => (n <= 1 ? 'Add' : `Add ${n}`),
    whole: 'the page as a whole',
    tooMany: 'At most 10 can be named.',
  },
};
