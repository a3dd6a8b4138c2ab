/** Somebody's own program that a webhook calls: it keeps what it is sent, and judges signatures as Standard Webhooks has it. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { freePort } from './ports';
import type { Stage } from './stage';

/** What our JSON says, as far as stories read it. */
export interface Event {
  type: string;
  data: { kind: string; headline: string; services: { name: string; state: string }[] };
}

export interface Posted {
  /** Under which a repeat is known. */
  id: string;
  timestamp: string;
  signatures: string[];
  /** As it came. */
  body: string;
  event: Event;
}

export class Receiver {
  readonly address: string;
  readonly posted: Posted[] = [];

  private constructor(port: number) {
    this.address = `http://127.0.0.1:${port}/in`;
  }

  static async start(stage: Stage): Promise<Receiver> {
    const port = await freePort();
    const receiver = new Receiver(port);
    const server = createServer((asked, answer) => {
      void receiver.keep(asked).then(() => answer.writeHead(204).end());
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    stage.onEnd(() => {
      server.closeAllConnections();
      server.close();
    });
    return receiver;
  }

  /** What came of one kind. */
  of = (kind: string): Posted[] => this.posted.filter(({ event }) => event.data.kind === kind);

  private async keep(asked: IncomingMessage): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of asked) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString('utf8');
    const header = (name: string) => String(asked.headers[name] ?? '');
    this.posted.push({
      id: header('webhook-id'),
      timestamp: header('webhook-timestamp'),
      signatures: header('webhook-signature').split(' '),
      body,
      event: JSON.parse(body) as Event,
    });
  }
}

/** Whether one of its signatures was made with this secret, now. */
export function isSigned({ id, timestamp, signatures, body }: Posted, secret: string): boolean {
  const [, key = ''] = /^whsec_(.+)$/.exec(secret) ?? [];
  if (key === '' || Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return false;
  const mac = createHmac('sha256', Buffer.from(key, 'base64'));
  const wanted = Buffer.from(`v1,${mac.update(`${id}.${timestamp}.${body}`).digest('base64')}`);
  return signatures.some((signature) => {
    const given = Buffer.from(signature);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  });
}
