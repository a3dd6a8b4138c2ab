/** Words of notices: channels, rules, the ledger, and links out of messages. */
import { listed } from './language';

export const noticeText = {
  title: 'Notices',
  menu: 'Notices',
  sentence: (channels: number, broken: number) =>
    channels === 0
      ? 'Nobody is told when something breaks'
      : broken > 0
        ? `${broken === 1 ? 'A channel does' : `${broken} channels do`} not take notices`
        : channels === 1
          ? 'One channel hears what happens'
          : `${channels} channels hear what happens`,
  empty: 'Add a place where you want to hear: a mailbox, a chat, a pager, your own program.',
  add: 'Add channel',
  loadError: 'The channels could not be loaded.',
  ledger: 'Ledger',
  paused: 'switched off',
  broken: (reason: string) => `It does not take notices. ${reason}`,
  /** Above every page, for those who can mend it. */
  stopped: {
    label: 'Channels that take no notices',
    one: (name: string, since: string, reason: string) =>
      `${name} takes no notices since ${since}: ${reason.replace(/\.$/, '')}.`,
    several: (n: number) => `${n} channels take no notices.`,
    toChannel: 'Mend the channel',
    toList: 'See which',
  },
  lastDelivery: {
    sent: 'delivered',
    retry: 'trying again',
    refused: 'refused',
    given_up: 'given up',
    interrupted: 'interrupted',
  },
  never: 'nothing was sent yet',
  edit: 'Edit',
  editLabel: (name: string) => `Edit ${name}`,
  test: 'Send a test',
  testing: 'Sending',
  tested: (name: string) => `${name} took the test message.`,
  testFailed: (name: string, why: string) => `${name} did not take it. ${why}`,
  remove: 'Delete',
  removing: 'Deleting',
  ruleRemoved: 'The rule is deleted.',
  removed: (name: string) => `${name} is deleted.`,
  removeQuestion: (name: string) =>
    `Delete ${name}, with its rules and its part of the ledger? Nobody is told there any more.`,

  rules: 'What it hears',
  addRule: 'Add rule',
  editRule: 'Change rule',
  ruleHint: 'For each channel the most specific rule about a service decides, and it alone.',
  noRules: 'It hears nothing.',
  /** Instead of the sentence of a rule that has only recoveries. */
  deaf: {
    all: 'Hears nothing until outages or degradations are chosen.',
    category: (name: string) =>
      `About ${name} hears nothing until outages or degradations are chosen.`,
    service: 'About one service hears nothing until outages or degradations are chosen.',
  },
  scope: 'Services',
  scopes: { all: 'All services', category: 'A category', service: 'One service' },
  category: 'Category',
  service: 'Service',
  topics: 'It hears of',
  topic: {
    down: 'Outages',
    degraded: 'Degradations',
    recovered: 'Recoveries',
    unknown: 'Services nobody can tell anything of for 15 minutes',
    certificate: 'Certificates that end in 30, 14, 7, 3 or 1 days',
    vendor_update: 'What vendors write about an open incident',
    flapping: 'Flapping, once; opens and ends are held until it settles',
    maintenance: 'Your maintenance windows, when they begin and when they end',
  },
  needsTrouble: 'Choose outages or degradations first.',
  delay: 'First message after',
  delayHint: 'What is over before is never told.',
  delays: [
    [0, 'no delay'],
    [60, '1 minute'],
    [180, '3 minutes'],
    [300, '5 minutes'],
    [600, '10 minutes'],
    [1800, '30 minutes'],
  ] as const,
  remind: 'Remind while it lasts',
  reminders: [
    [0, 'never'],
    [900, 'every 15 minutes'],
    [1800, 'every 30 minutes'],
    [3600, 'every hour'],
    [14400, 'every 4 hours'],
    [86400, 'every day'],
  ] as const,
  seconds: (n: number) => `${n} s`,
  quiet: 'Quiet hours',
  quietHint: 'Messages wait until they are over. You choose which do not.',
  letsThrough: 'Told even then',
  from: 'From',
  until: 'Until',
  zone: 'Time zone',

  kind: 'Kind',
  name: 'Name',
  nameHint: 'As it is shown to you, such as #ops.',
  newChannel: 'Where do you want to hear?',
  editChannel: (name: string) => name,
  most: 'Messages a minute',
  mostHint: 'What comes beyond is told together in the next one.',
  switchedOn: 'Switched on',
  secretKept: 'Stays as it is while you leave it empty.',
  optional: 'optional',
  save: 'Save',
  saving: 'Saving',
  created: (name: string) => `${name} hears the usual of all services.`,
  saved: (name: string) => `${name} is saved.`,
  signingSecret: 'Signing secret',
  signingSecretHint:
    'Check the signatures of messages with it (Standard Webhooks). Copy it now: it is not shown again.',
  rotate: 'New signing secret',
  rotating: 'Making a new secret',
  rotateHint: 'The one before signs beside it for another day.',
  done: 'Done',

  rulesError: 'What they hear could not be loaded.',

  ledgerTitle: 'Everything that was said',
  ledgerEmpty: 'Nothing was sent yet.',
  ledgerEmptyFiltered: 'Nothing that fits.',
  ledgerError: 'The ledger could not be loaded.',
  channel: 'Channel',
  allChannels: 'All channels',
  outcome: 'Outcome',
  allOutcomes: 'All outcomes',
  outcomes: {
    sent: 'Delivered',
    retry: 'To be tried again',
    refused: 'Refused',
    given_up: 'Given up',
    interrupted: 'Interrupted',
  } as Record<string, string>,
  older: 'Older ones',
  took: (ms: string) => `took ${ms}`,
  sent: 'Sent',
  answered: 'Answered',
  noAnswer: 'No answer',
  resend: 'Send again',
  resending: 'Sending',
  resent: 'It is sent again, under the same key.',

  link: {
    acknowledge: 'Take it on',
    acknowledgeSentence: 'Do you take this on?',
    acknowledgeDetail: 'Reminders stop until it recovers, and everybody who was told hears of it.',
    acknowledged: (services: readonly string[]) =>
      services.length === 1
        ? `${services[0]} is yours`
        : services.length > 3
          ? `${services.length} services are yours`
          : `${listed(services)} are yours`,
    acknowledgedBefore: 'Somebody has taken this on, or it is over',
    unsubscribe: 'No more mail',
    unsubscribeSentence: 'Do you want no more mail of this kind?',
    unsubscribed: 'No more mail comes from this channel',
    reportsStopped: 'No more weekly reports come',
    verify: 'Verify the address',
    verifySentence: 'Is the address yours to which this link was sent?',
    verifyDetail:
      'Then your account uses it from now on. If you know nothing of that account, close this page.',
    verified: (email: string) => `${email} is verified`,
    working: 'One moment',
    gone: 'This link leads to nothing any more',
    open: 'Open PulseCheck',
  },
  takeOn: 'Take it on',
  takenOn: (by: string) => `${by} has taken it on.`,
};
