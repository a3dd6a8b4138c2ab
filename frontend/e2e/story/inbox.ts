/** The mail server of development, which delivers nowhere and shows what it was sent. */
import { expect } from '@playwright/test';
import { freePort } from './ports';
import type { Stage } from './stage';

export interface Letter {
  to: string[];
  subject: string;
  text: string;
  html: string;
  headers: [string, string][];
}

export class Inbox {
  /** Where its page is. */
  readonly origin: string;
  /** What makes an installation send its mail here. */
  readonly env: Record<string, string>;

  private constructor(port: number, web: number) {
    this.origin = `http://127.0.0.1:${web}`;
    this.env = {
      SMTP_HOST: '127.0.0.1',
      SMTP_PORT: `${port}`,
      SMTP_SECURITY: 'none',
      MAIL_FROM: 'PulseCheck <pulsecheck@example.com>',
    };
  }

  static async start(stage: Stage): Promise<Inbox> {
    const [port, web] = [await freePort(), await freePort()];
    stage.start('inbox', ['--listen', `127.0.0.1:${port}`, '--web', `127.0.0.1:${web}`], {});
    const inbox = new Inbox(port, web);
    const isReady = () =>
      inbox.letters().then(
        () => true,
        () => false,
      );
    await expect.poll(isReady, { intervals: [20] }).toBe(true);
    return inbox;
  }

  /** The letters so far, oldest first. */
  async letters(): Promise<Letter[]> {
    return (await (await fetch(`${this.origin}/letters`)).json()) as Letter[];
  }
}
