/** Words for moments. */
export const timeText = {
  today: 'Today',
  justNow: 'just now',
  ago: (span: string) => `${span} ago`,
  in: (span: string) => `in ${span}`,
};
