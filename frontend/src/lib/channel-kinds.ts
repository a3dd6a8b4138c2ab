/** What is asked for each kind of channel, in the order of the form. */

export type FieldShape = 'text' | 'secret' | 'list' | 'area' | 'number' | 'headers' | 'choice';

export interface KindField {
  name: string;
  label: string;
  shape: FieldShape;
  hint?: string;
  optional?: boolean;
  /** Of a choice: value and label. */
  choices?: readonly (readonly [string, string])[];
}

export interface ChannelKind {
  kind: string;
  label: string;
  fields: readonly KindField[];
}

const webhookUrl = (hint: string): KindField => ({
  name: 'webhook_url',
  label: 'Webhook address',
  shape: 'secret',
  hint,
});

export const channelKinds: readonly ChannelKind[] = [
  {
    kind: 'email',
    label: 'E-mail',
    fields: [
      {
        name: 'recipients',
        label: 'Recipients',
        shape: 'list',
        hint: 'One address per line, at most 20. Each person gets a mail of their own.',
      },
    ],
  },
  {
    kind: 'webhook',
    label: 'Webhook',
    fields: [
      { name: 'url', label: 'Address', shape: 'text', hint: 'Gets a signed POST with JSON.' },
      {
        name: 'headers',
        label: 'Headers',
        shape: 'headers',
        optional: true,
        hint: 'One per line: Name: value. Values are never shown again.',
      },
      {
        name: 'body_template',
        label: 'Body template',
        shape: 'area',
        optional: true,
        hint: 'Instead of our JSON, in the language of Jinja.',
      },
    ],
  },
  {
    kind: 'slack',
    label: 'Slack',
    fields: [webhookUrl('An incoming webhook: https://hooks.slack.com/services/…')],
  },
  {
    kind: 'discord',
    label: 'Discord',
    fields: [
      webhookUrl('https://discord.com/api/webhooks/…'),
      { name: 'thread_id', label: 'Thread', shape: 'text', optional: true, hint: 'Its number.' },
    ],
  },
  {
    kind: 'teams',
    label: 'Microsoft Teams',
    fields: [webhookUrl('Of the workflow “Post to a channel when a webhook request is received”.')],
  },
  {
    kind: 'telegram',
    label: 'Telegram',
    fields: [
      { name: 'bot_token', label: 'Bot token', shape: 'secret', hint: 'From @BotFather.' },
      {
        name: 'chat_id',
        label: 'Chat',
        shape: 'text',
        hint: 'A number, negative for groups, or @name of a public channel.',
      },
      { name: 'topic_id', label: 'Topic', shape: 'number', optional: true },
    ],
  },
  {
    kind: 'mattermost',
    label: 'Mattermost',
    fields: [
      webhookUrl('An incoming webhook.'),
      { name: 'channel', label: 'Another channel', shape: 'text', optional: true },
    ],
  },
  {
    kind: 'google_chat',
    label: 'Google Chat',
    fields: [webhookUrl('https://chat.googleapis.com/v1/spaces/…')],
  },
  {
    kind: 'matrix',
    label: 'Matrix',
    fields: [
      { name: 'homeserver_url', label: 'Home server', shape: 'text' },
      { name: 'room_id', label: 'Room', shape: 'text', hint: '!…, as its settings show it.' },
      { name: 'access_token', label: 'Access token', shape: 'secret' },
    ],
  },
  {
    kind: 'ntfy',
    label: 'ntfy',
    fields: [
      { name: 'topic', label: 'Topic', shape: 'text' },
      {
        name: 'server_url',
        label: 'Server',
        shape: 'text',
        optional: true,
        hint: 'https://ntfy.sh/ without it.',
      },
      { name: 'access_token', label: 'Access token', shape: 'secret', optional: true },
    ],
  },
  {
    kind: 'gotify',
    label: 'Gotify',
    fields: [
      { name: 'server_url', label: 'Server', shape: 'text' },
      { name: 'app_token', label: 'Application token', shape: 'secret' },
    ],
  },
  {
    kind: 'pushover',
    label: 'Pushover',
    fields: [
      { name: 'app_token', label: 'Application token', shape: 'secret' },
      { name: 'user_key', label: 'User or group key', shape: 'secret' },
      { name: 'device', label: 'Device', shape: 'text', optional: true },
    ],
  },
  {
    kind: 'pagerduty',
    label: 'PagerDuty',
    fields: [
      {
        name: 'routing_key',
        label: 'Integration key',
        shape: 'secret',
        hint: 'Of an integration “Events API v2”.',
      },
      {
        name: 'region',
        label: 'Region',
        shape: 'choice',
        choices: [
          ['us', 'United States'],
          ['eu', 'Europe'],
        ],
      },
    ],
  },
  {
    kind: 'twilio_sms',
    label: 'SMS by Twilio',
    fields: [
      { name: 'account_sid', label: 'Account SID', shape: 'text' },
      { name: 'auth_token', label: 'Auth token', shape: 'secret' },
      { name: 'from', label: 'From', shape: 'text', hint: 'A number such as +14155550100.' },
      { name: 'to', label: 'To', shape: 'list', hint: 'One number per line, at most 10.' },
    ],
  },
];

export const kindOf = (kind: string): ChannelKind | undefined =>
  channelKinds.find((one) => one.kind === kind);

/** What the form holds for each field, as typed. */
export type Typed = Record<string, string>;

/** What is shown of a stored configuration; secrets stay empty. */
export function typedOf(kind: ChannelKind, config: Record<string, unknown>): Typed {
  const text = (value: unknown): string =>
    typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  return Object.fromEntries(
    kind.fields.map(({ name, shape, choices }) => {
      const value = config[name];
      if (shape === 'secret' || shape === 'headers') return [name, ''];
      if (shape === 'list') return [name, Array.isArray(value) ? value.map(text).join('\n') : ''];
      return [name, text(value) || (choices?.[0]?.[0] ?? '')];
    }),
  );
}

/** What is sent: an empty secret is left out, so that the stored one stays. */
export function configOf(kind: ChannelKind, typed: Typed): Record<string, unknown> {
  const config: Record<string, unknown> = {};
  for (const { name, shape } of kind.fields) {
    const value = (typed[name] ?? '').trim();
    if (value === '' && (shape === 'secret' || shape === 'headers')) continue;
    if (shape === 'list') config[name] = lines(value);
    else if (shape === 'headers') config[name] = lines(value).map(header);
    else if (shape === 'number') config[name] = value === '' ? null : Number(value);
    else config[name] = value === '' ? null : value;
  }
  return config;
}

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

function header(line: string): { name: string; value: string } {
  const colon = line.indexOf(':');
  return colon < 0
    ? { name: line, value: '' }
    : { name: line.slice(0, colon).trim(), value: line.slice(colon + 1).trim() };
}
