/** Words for moments and spans. */
export const timeText = {
  seconds: (n: number) => `${n}\u00a0s`,
  minutes: (n: number) => `${n}\u00a0min`,
  hours: (n: number) => `${n}\u00a0h`,
  days: (n: number) => `${n}\u00a0d`,
  today: 'Today',
  justNow: 'just now',
  ago: (span: string) => `${span} ago`,
  in: (span: string) => `in ${span}`,
};
