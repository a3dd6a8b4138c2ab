/** Services offered before anybody has typed; the server's catalogue knows many more. */
export const wellKnown = [
  { name: 'Claude', status_page: 'https://status.claude.com' },
  { name: 'OpenAI', status_page: 'https://status.openai.com' },
  { name: 'GitHub', status_page: 'https://www.githubstatus.com' },
  { name: 'Cloudflare', status_page: 'https://www.cloudflarestatus.com' },
  { name: 'Stripe', status_page: 'https://www.stripestatus.com' },
  { name: 'Slack', status_page: 'https://slack-status.com' },
];
