/** Somebody else's status page, served on this machine in the shape that most vendors publish. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stage } from './stage';
import type { Target } from './target';

export interface Reported {
  id: string;
  name: string;
  text: string;
  /** The component it names. */
  component: string;
}

/** Key and name of each component. */
export const components = { api: 'API', code: 'Code', web: 'harbour.example' } as const;
type Key = keyof typeof components;

export class Vendor {
  static readonly title = 'Harbour';
  readonly address: string;
  private readonly target: Target;

  private constructor(target: Target) {
    this.target = target;
    this.address = target.origin;
  }

  /** A page on which all is well. */
  static async start(stage: Stage): Promise<Vendor> {
    const target = await stage.target();
    await target.answer(404);
    const vendor = new Vendor(target);
    await vendor.says({});
    return vendor;
  }

  /** A file that adds this vendor to the catalogue of an installation. */
  catalogueFile(stage: Stage): string {
    const path = join(stage.folder(), 'catalogue.json');
    const entry = {
      name: Vendor.title,
      home: 'https://harbour.example',
      status: this.address,
      categories: ['storage'],
      aliases: ['boat house'],
    };
    writeFileSync(path, JSON.stringify([entry]));
    return path;
  }

  /** What the page says from now on: components that are not well, and what is reported. */
  async says(levels: Partial<Record<Key, string>>, ...reported: Reported[]): Promise<void> {
    const page = { id: 'harbour00001', name: `${Vendor.title} Status`, url: this.address };
    const list = Object.entries(components).map(([id, name]) => ({
      id,
      name,
      status: levels[id as Key] ?? 'operational',
    }));
    const now = new Date().toISOString();
    const incidents = reported.map(({ id, name, text, component }) => ({
      id,
      name,
      status: 'investigating',
      impact: 'critical',
      started_at: now,
      shortlink: `${this.address}/incidents/${id}`,
      components: list.filter((one) => one.id === component),
      incident_updates: [{ id: `${id}-1`, status: 'investigating', body: text, created_at: now }],
    }));
    const worst = Object.keys(levels).length === 0 ? 'none' : 'critical';
    const status = { indicator: worst, description: 'As it is' };
    const summary = { page, status, components: list, incidents, scheduled_maintenances: [] };
    await this.publish(JSON.stringify(summary), JSON.stringify({ page, components: list }));
  }

  /** It answers with this status, whatever it is asked. */
  async fails(status: number): Promise<void> {
    for (const path of Object.values(documents)) await this.target.answer(status, path);
  }

  /** How often it was read since. */
  async readings(since: number): Promise<number> {
    const asked = await this.target.asked(documents.summary);
    return asked.filter(({ at }) => at >= since).length;
  }

  private async publish(summary: string, list: string): Promise<void> {
    await this.target.behave({ mode: 'status', status: 200, body: list }, documents.list);
    await this.target.behave({ mode: 'status', status: 200, body: summary }, documents.summary);
  }
}

const documents = { summary: '/api/v2/summary.json', list: '/api/v2/components.json' } as const;
