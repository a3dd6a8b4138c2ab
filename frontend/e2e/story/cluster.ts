/** The same product as separate programs: one `api`, several `worker`s, PostgreSQL, Redis and a web server. */
import { randomBytes } from 'node:crypto';
import { expect } from '@playwright/test';
import type { Database } from './database';
import { openGateway } from './gateway';
import { freePort } from './ports';
import type { Program } from './program';
import { Redis } from './redis';
import type { Stage } from './stage';

export class Cluster {
  readonly database: Database;
  readonly redis: Redis;
  readonly origin: string;
  private readonly stage: Stage;
  private readonly env: Record<string, string>;

  private constructor(stage: Stage, parts: { database: Database; redis: Redis; origin: string }) {
    this.stage = stage;
    this.database = parts.database;
    this.redis = parts.redis;
    this.origin = parts.origin;
    this.env = {
      DATABASE_URL: parts.database.url,
      REDIS_URL: parts.redis.url,
      SECRET_KEY: randomBytes(32).toString('hex'),
    };
  }

  /** Starts everything but the workers. */
  static async start(stage: Stage): Promise<Cluster> {
    const [database, redis] = await Promise.all([stage.database(), Redis.start(stage)]);
    const port = await freePort();
    const origin = await openGateway(stage, port);
    const cluster = new Cluster(stage, { database, redis, origin });
    await cluster.run('api', ['serve', '--migrate'], {
      PUBLIC_URL: origin,
      LISTEN_ADDR: `127.0.0.1:${port}`,
      TRUSTED_PROXIES: '127.0.0.1',
    });
    return cluster;
  }

  worker = (): Promise<Program> => this.run('worker', [], { PUBLIC_URL: this.origin });

  /** The link that `api setup-link` prints. */
  async setupLink(): Promise<string> {
    const command = this.stage.start('api', ['setup-link'], {
      ...this.env,
      PUBLIC_URL: this.origin,
    });
    expect(await command.ending()).toEqual({ code: 0, signal: null });
    return await command.says(/http\S+\/setup#token=\S+/);
  }

  private async run(
    name: string,
    args: readonly string[],
    env: Record<string, string>,
  ): Promise<Program> {
    const admin = `127.0.0.1:${await freePort()}`;
    const program = this.stage.start(name, args, { ...this.env, ...env, ADMIN_ADDR: admin });
    const isReady = () =>
      fetch(`http://${admin}/ready`).then(
        (response) => response.ok,
        () => false,
      );
    await expect.poll(isReady, { timeout: 30_000, intervals: [50] }).toBe(true);
    return program;
  }
}
