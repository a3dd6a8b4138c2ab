/** What is asked for each kind of channel, in the order of the form. */
import { channelText as text } from './text/channels';

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
  label: text.webhookUrl,
  shape: 'secret',
  hint,
});

export const channelKinds: readonly ChannelKind[] = [
  {
    kind: 'email',
    label: text.kinds.email,
    fields: [
      {
        name: 'recipients',
        label: text.recipients,
        shape: 'list',
        hint: text.recipientsHint,
      },
    ],
  },
  {
    kind: 'webhook',
    label: text.kinds.webhook,
    fields: [
      { name: 'url', label: text.address, shape: 'text', hint: text.addressHint },
      {
        name: 'headers',
        label: text.headers,
        shape: 'headers',
        optional: true,
        hint: text.headersHint,
      },
      {
        name: 'body_template',
        label: text.body,
        shape: 'area',
        optional: true,
        hint: text.bodyHint,
      },
    ],
  },
  {
    kind: 'slack',
    label: text.kinds.slack,
    fields: [webhookUrl(text.slackUrl)],
  },
  {
    kind: 'discord',
    label: text.kinds.discord,
    fields: [
      webhookUrl(text.discordUrl),
      {
        name: 'thread_id',
        label: text.thread,
        shape: 'text',
        optional: true,
        hint: text.threadHint,
      },
    ],
  },
  {
    kind: 'teams',
    label: text.kinds.teams,
    fields: [webhookUrl(text.teamsUrl)],
  },
  {
    kind: 'telegram',
    label: text.kinds.telegram,
    fields: [
      { name: 'bot_token', label: text.botToken, shape: 'secret', hint: text.botTokenHint },
      {
        name: 'chat_id',
        label: text.chat,
        shape: 'text',
        hint: text.chatHint,
      },
      { name: 'topic_id', label: text.topic, shape: 'number', optional: true },
    ],
  },
  {
    kind: 'mattermost',
    label: text.kinds.mattermost,
    fields: [
      webhookUrl(text.mattermostUrl),
      { name: 'channel', label: text.otherChannel, shape: 'text', optional: true },
    ],
  },
  {
    kind: 'google_chat',
    label: text.kinds.google_chat,
    fields: [webhookUrl(text.googleChatUrl)],
  },
  {
    kind: 'matrix',
    label: text.kinds.matrix,
    fields: [
      { name: 'homeserver_url', label: text.homeServer, shape: 'text' },
      { name: 'room_id', label: text.room, shape: 'text', hint: text.roomHint },
      { name: 'access_token', label: text.accessToken, shape: 'secret' },
    ],
  },
  {
    kind: 'ntfy',
    label: text.kinds.ntfy,
    fields: [
      { name: 'topic', label: text.topic, shape: 'text' },
      {
        name: 'server_url',
        label: text.server,
        shape: 'text',
        optional: true,
        hint: text.ntfyServerHint,
      },
      { name: 'access_token', label: text.accessToken, shape: 'secret', optional: true },
    ],
  },
  {
    kind: 'gotify',
    label: text.kinds.gotify,
    fields: [
      { name: 'server_url', label: text.server, shape: 'text' },
      { name: 'app_token', label: text.appToken, shape: 'secret' },
    ],
  },
  {
    kind: 'pushover',
    label: text.kinds.pushover,
    fields: [
      { name: 'app_token', label: text.appToken, shape: 'secret' },
      { name: 'user_key', label: text.userKey, shape: 'secret' },
      { name: 'device', label: text.device, shape: 'text', optional: true },
    ],
  },
  {
    kind: 'pagerduty',
    label: text.kinds.pagerduty,
    fields: [
      {
        name: 'routing_key',
        label: text.routingKey,
        shape: 'secret',
        hint: text.routingKeyHint,
      },
      {
        name: 'region',
        label: text.region,
        shape: 'choice',
        choices: [
          ['us', text.regions.us],
          ['eu', text.regions.eu],
        ],
      },
    ],
  },
  {
    kind: 'twilio_sms',
    label: text.kinds.twilio_sms,
    fields: [
      { name: 'account_sid', label: text.accountSid, shape: 'text' },
      { name: 'auth_token', label: text.authToken, shape: 'secret' },
      { name: 'from', label: text.from, shape: 'text', hint: text.fromHint },
      { name: 'to', label: text.to, shape: 'list', hint: text.toHint },
    ],
  },
];

export const kindOf = (kind: string): ChannelKind | undefined =>
  channelKinds.find((one) => one.kind === kind);

/** What the form holds for each field, as typed. */
export type Typed = Record<string, string>;

/** What is shown of a stored configuration; secrets stay empty. */
export function typedOf(kind: ChannelKind, config: Record<string, unknown>): Typed {
  const plain = (value: unknown): string =>
    typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  return Object.fromEntries(
    kind.fields.map(({ name, shape, choices }) => {
      const value = config[name];
      if (shape === 'secret' || shape === 'headers') return [name, ''];
      if (shape === 'list') return [name, Array.isArray(value) ? value.map(plain).join('\n') : ''];
      return [name, plain(value) || (choices?.[0]?.[0] ?? '')];
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
