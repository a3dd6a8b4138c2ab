/** Words of maintenance windows. */

export const maintenanceText = {
  title: 'Maintenance',
  menu: 'Maintenance',
  sentence: (active: number, planned: number) =>
    active > 0
      ? 'Maintenance is under way'
      : planned > 0
        ? 'Maintenance is planned'
        : 'No maintenance is planned',
  detail: 'Checks go on, nobody is told, and uptime leaves the time out.',
  empty: 'Plan a window, and trouble in it is expected.',
  add: 'Plan maintenance',
  edit: 'Edit',
  editLabel: (title: string) => `Edit ${title}`,
  remove: 'Delete',
  removing: 'Deleting',
  removeLabel: (title: string) => `Delete ${title}`,
  removed: (title: string) => `${title} is deleted.`,
  loadError: 'The windows could not be loaded.',
  calendarError: 'The address of the calendar could not be loaded.',
  active: (until: string) => `under way until ${until}`,
  next: (from: string) => `next: ${from}`,
  over: 'over',
  once: 'once',
  lasts: (span: string) => `for ${span}`,
  all: 'all services',
  categories: (names: string, more: number) =>
    more === 0 ? `in ${names}` : `in ${names} and ${more} more`,
  services: (n: number) => (n === 1 ? 'one service' : `${n} services`),
  name: 'What is done',
  begins: 'Begins',
  zone: 'Time zone',
  duration: 'Minutes',
  recurs: 'Recurs',
  rules: [
    ['', 'once'],
    ['FREQ=DAILY', 'every day'],
    ['FREQ=WEEKLY', 'every week'],
    ['FREQ=MONTHLY', 'every month'],
  ] as const,
  custom: 'a rule of your own',
  rule: 'Rule',
  ruleHint: 'RFC 5545, such as FREQ=MONTHLY;BYDAY=1SU.',
  covers: 'Services',
  coversAll: 'All services',
  coversCategory: 'Categories',
  coversServices: 'Single services',
  categoryHint: 'One per line.',
  save: 'Save',
  saving: 'Saving',
  saved: (title: string) => `${title} is planned.`,
  calendar: 'Calendar',
  calendarHint: 'Subscribe to this address in your calendar. Whoever has it may read the windows.',
  copy: 'Copy address',
  copied: 'The address is copied.',
};
