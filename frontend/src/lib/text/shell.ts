/** Words of the frame around every page: header, errors, theme, about. */

export const shellText = {
  product: 'PulseCheck',
  skip: 'Skip to the content',
  nav: 'Main',
  dashboard: 'Dashboard',
  incidents: 'Incidents',
  addService: 'Add service',
  account: 'Account',
  about: 'About',
  signOut: 'Sign out',
  accountMenuOf: 'Account menu of',
  accountMenu: (email: string) => `Account menu of ${email}`,
  theme: 'Theme',
  themes: { light: 'Light', dark: 'Dark', system: 'System' },
  close: 'Close',
  cancel: 'Cancel',
  undo: 'Undo',
  save: 'Save',
  unsaved: {
    title: 'Leave without saving?',
    detail: 'What you changed is not saved yet and would be lost.',
    yes: 'Leave',
    no: 'Stay',
  },
  unsavedAtEnd: {
    title: 'Your session has ended',
    detail: 'Sign in in another tab to keep what you typed. Here it would be lost.',
    yes: 'Sign in here',
    no: 'Stay',
  },
  loading: 'Loading',
  stillLoading: 'Still loading …',
  slow: 'Still loading. The server is slow to answer.',
  retry: 'Try again',
  showMore: 'Show more',
  loadingMore: 'Loading more',
  optional: 'optional',
  notifications: 'Messages',
  title: (page: string, openIncidents: number) =>
    `${openIncidents > 0 ? `(${openIncidents}) ` : ''}${page === '' ? '' : `${page} · `}PulseCheck`,

  problems: {
    offline: {
      question:
        'PulseCheck does not answer. Check your connection; this page tries again by itself.',
      change: 'PulseCheck does not answer. Check your connection, then try again.',
    },
    late: {
      question: (seconds: number) => `PulseCheck did not answer within ${seconds} s. Try again.`,
      change: (seconds: number) =>
        `PulseCheck did not answer within ${seconds} s. It may have happened all the same: look before you try again.`,
    },
    unavailable: {
      question: 'PulseCheck cannot reach its database right now. It tries again by itself.',
      change: 'PulseCheck cannot reach its database right now. Try again in a minute.',
    },
    /** Behind the server's own sentence, for what it gave up. */
    perhapsDone: 'It may have happened all the same: look before you try again.',
    unreached: {
      question: (status: number) =>
        `The proxy in front of PulseCheck gets no answer from it (${status}). This page tries again by itself.`,
      change: (status: number) =>
        `The proxy in front of PulseCheck gets no answer from it (${status}). It may have happened all the same: look before you try again.`,
    },
    busy: (seconds: number) => `Too many requests. Try again in ${seconds} s.`,
    forbidden: 'Your role does not allow this.',
    gone: 'It no longer exists; perhaps somebody deleted it.',
    unexpected: (status: number, id: string | null) =>
      `The server answered ${status}${id === null ? '' : `; quote ${id} when you report it`}.`,
  },
  /** Fields as they are called where no form shows them. */
  fields: {
    workspace: 'This workspace',
    url: 'The address',
    name: 'The name',
    category: 'The category',
    check_interval: 'The interval',
    topics: 'What is told',
    delay_s: 'The delay',
    remind_s: 'The reminder',
    channel_id: 'The channel',
    service_id: 'The service',
    service_ids: 'The services',
  } as Record<string, string>,
  notFound: {
    sentence: 'There is nothing at this address',
    detail: 'The service or page may have been deleted, or the link was cut short.',
  },
  forbidden: {
    sentence: 'This page is not open to your account',
    detail: 'Ask an owner of the workspace, or sign in with another account.',
  },
  crash: {
    sentence: 'This page stopped because of a fault of ours',
    detail:
      'Nothing you entered elsewhere is lost. Load the page again; if it stays, report what stands below.',
    reload: 'Load again',
  },
  offline: {
    sentence: 'PulseCheck does not answer',
    detail: 'Either you are offline or the server is. This page goes on as soon as it is back.',
  },
  part: {
    title: 'This did not load',
    missing: 'This part did not load. Check your connection, then try again.',
    stays: 'This part still did not load. Load the page again; what is not saved is lost.',
    replaced:
      'PulseCheck was updated, and this part has changed. Load the page again; what is not saved is lost.',
  },
  missing: {
    sentence: 'This page did not load',
    detail: 'PulseCheck answers, but a part of the page did not come. Try again in a moment.',
  },
  refused: 'This page cannot be shown right now',
  connection: {
    offline: 'You are offline.',
    away: 'Live updates are away.',
    age: (span: string) => `Data is ${span} old.`,
  },
  shortcuts: {
    title: 'Keyboard shortcuts',
    joined: 'then',
    help: 'This list',
    search: 'Search services',
    dashboard: 'Dashboard',
    incidents: 'Incidents',
    add: 'Add a service',
    select: 'Select the service that has the focus',
    wall: 'Wall display, and back',
    enabled: 'Shortcuts of single keys',
    enabledHint: 'Off: nothing happens by accident. This list stays in the account menu.',
  },
  backToDashboard: 'To the dashboard',
  signIn: 'Sign in',

  aboutPage: {
    sentence: 'PulseCheck watches what you depend on',
    detail:
      'It looks at your services from outside, at the interval you choose, and keeps one honest record: checks, incidents and uptime. A first failure is looked at again before it counts, and what could not be seen is never called up or down.',
    states: 'What the signs mean',
    stateWords: {
      up: 'Answers as expected, in time.',
      degraded: 'Answers, but slower than its limit or partly impaired.',
      down: 'Does not answer as expected, confirmed by a second look.',
      unknown: 'We could not tell. It is not counted as downtime.',
      maintenance: 'Planned work; not counted as downtime.',
      paused: 'Not looked at until you resume it.',
      pending: 'Added a moment ago; the first look is under way.',
    },
    bars: 'How to read the bars',
    barWords:
      'One segment is one UTC day, the newest on the right. It is full red from five minutes of downtime on, and shows a notch below that. Hatched: less than half of the day was observed. Outlined: before the service was added. Percentages are rounded down, so 100 % means exactly that.',
    api: 'API',
    apiWords: 'Everything this app does goes through a documented HTTP API.',
    apiLink: 'Read the API documentation',
    licence: 'PulseCheck is free software under the MIT licence.',
  },
};
