/** A Redis of one story's own, which may lose everything and go away. */
import { execFileSync } from 'node:child_process';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect } from '@playwright/test';
import { freePort } from './ports';
import { Program } from './program';
import type { Stage } from './stage';

const ensure = fileURLToPath(new URL('../../../scripts/ensure/redis', import.meta.url));

export class Redis {
  readonly url: string;
  private readonly port: number;
  private readonly stage: Stage;
  private readonly file: string;
  private program: Program | null = null;

  private constructor(stage: Stage, port: number) {
    this.stage = stage;
    this.port = port;
    this.url = `redis://127.0.0.1:${port}`;
    this.file = execFileSync(ensure, { encoding: 'utf8' }).trim().split('\n').at(-1) ?? '';
  }

  static async start(stage: Stage): Promise<Redis> {
    const redis = new Redis(stage, await freePort());
    await redis.start();
    return redis;
  }

  async start(): Promise<void> {
    const args = [
      '--port',
      `${this.port}`,
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
    ];
    this.program = this.stage.keep(
      new Program('redis', this.file, { args, cwd: this.stage.folder() }),
    );
    await expect.poll(() => this.ask('PING'), { intervals: [20] }).toBe('+PONG');
  }

  async kill(): Promise<void> {
    this.program?.signal('SIGKILL');
    await this.program?.ending();
  }

  /** One command without blanks in its words; the first line of the answer. */
  ask(command: string): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1', () => socket.write(`${command}\r\n`));
      socket.setEncoding('utf8');
      socket.on('error', (error) => resolve(error.message));
      socket.on('data', (answer) => {
        resolve(String(answer).split('\r\n')[0] ?? '');
        socket.destroy();
      });
    });
  }
}
