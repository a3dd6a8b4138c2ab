import { describe, expect, it } from 'vitest';
import { channelKinds, configOf, kindOf, typedOf } from './channel-kinds';

const kind = (word: string) => {
  const found = kindOf(word);
  if (found === undefined) throw new Error(word);
  return found;
};

describe('kinds of channels', () => {
  it('leaves an untouched secret out, so that the stored one stays', () => {
    const stored = { webhook_url: { set: true }, thread_id: '7' };
    const typed = typedOf(kind('discord'), stored);
    expect(typed).toEqual({ webhook_url: '', thread_id: '7' });
    expect(configOf(kind('discord'), typed)).toEqual({ thread_id: '7' });
  });

  it('sends lists, numbers and headers in their shapes', () => {
    const mail = configOf(kind('email'), { recipients: ' a@example.com \n\nb@example.com' });
    expect(mail).toEqual({ recipients: ['a@example.com', 'b@example.com'] });
    const chat = configOf(kind('telegram'), { bot_token: 't', chat_id: '-1', topic_id: '12' });
    expect(chat).toEqual({ bot_token: 't', chat_id: '-1', topic_id: 12 });
    const hook = configOf(kind('webhook'), { url: 'https://x.example/', headers: 'X-A: b: c' });
    expect(hook).toMatchObject({ headers: [{ name: 'X-A', value: 'b: c' }] });
  });

  it('offers every kind once', () => {
    expect(new Set(channelKinds.map((one) => one.kind)).size).toBe(14);
  });
});
