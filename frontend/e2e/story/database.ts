/** A database of one story's own in the PostgreSQL that the tests were given. */
import postgres from 'postgres';

export class Database {
  readonly url: string;
  readonly sql: postgres.Sql;
  private readonly name: string;

  private constructor(name: string) {
    this.name = name;
    this.url = addressOf(name);
    this.sql = open(this.url);
  }

  static async make(): Promise<Database> {
    const name = `story_${process.pid}_${Date.now()}`;
    const admin = open(addressOf());
    await admin`CREATE DATABASE ${admin(name)}`;
    await admin.end();
    return new Database(name);
  }

  async drop(): Promise<void> {
    await this.sql.end({ timeout: 1 });
    const admin = open(addressOf());
    await admin`DROP DATABASE ${admin(this.name)} WITH (FORCE)`;
    await admin.end();
  }
}

const open = (url: string) => postgres(url, { max: 2, onnotice: () => undefined });

function addressOf(name?: string): string {
  const given = process.env.DATABASE_URL;
  if (given === undefined) throw new Error('DATABASE_URL is not set; use scripts/with-services');
  const url = new URL(given);
  if (name !== undefined) url.pathname = `/${name}`;
  return url.href;
}
