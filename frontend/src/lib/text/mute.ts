/** Words of muting: services of which nobody is told for a while. */

export const muteText = {
  open: 'Mute…',
  title: (name: string) => `Mute ${name}`,
  detail: 'It is looked at as before. What is still wrong at the end is told then.',
  until: 'Nobody is told of it',
  ends: {
    hour: 'for 1 hour',
    morning: (when: string) => `until the morning (${when})`,
    week: 'for 1 week',
    date: 'until a date…',
  },
  date: 'Until',
  dateHint: 'At most 90 days ahead.',
  mute: 'Mute',
  muting: 'Muting',
  muted: (name: string, when: string) => `Nobody is told of ${name} until ${when}.`,
  line: 'Muted: nobody is told of it until',
  end: 'End now',
  endOf: (name: string) => `End now: ${name}`,
  ending: 'Ending',
  ended: (name: string) => `${name} is told of again.`,
  list: 'Muted',
  listHint: 'Nobody is told of these services.',
  loadError: 'What is muted could not be loaded.',
  untilWhen: 'until',
  unnamed: 'A service',
};
