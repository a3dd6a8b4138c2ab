/** The server that a story watches: it misbehaves as told and remembers what it was asked. */
import type { Program } from './program';

/** A mode of `test-support`'s `Mode`. */
export type Mode = { mode: string } & Record<string, unknown>;

export interface Asked {
  method: string;
  path: string;
  /** When the request had arrived, in milliseconds. */
  at: number;
}

export class Target {
  readonly program: Program;
  readonly origin: string;
  private readonly control: string;

  constructor(program: Program, port: number, control: number) {
    this.program = program;
    this.origin = `http://127.0.0.1:${port}`;
    this.control = `http://127.0.0.1:${control}`;
  }

  /** How one path behaves from now on, or all that have no mode of their own. */
  async behave(mode: Mode, path?: string): Promise<void> {
    const query = path === undefined ? '' : `?path=${encodeURIComponent(path)}`;
    const response = await fetch(`${this.control}/__control${query}`, {
      method: 'PUT',
      body: JSON.stringify(mode),
    });
    if (!response.ok) throw new Error(await response.text());
  }

  answer = (status: number, path?: string) =>
    this.behave({ mode: 'status', status, body: `status ${status}` }, path);

  /** The requests so far, oldest first. */
  async asked(path?: string): Promise<Asked[]> {
    const response = await fetch(`${this.control}/__requests`);
    const all = (await response.json()) as { method: string; path: string; at: string }[];
    return all
      .map((request) => ({ ...request, at: Date.parse(request.at) }))
      .filter((request) => path === undefined || request.path === path);
  }

  async isReady(): Promise<boolean> {
    return await fetch(`${this.control}/__requests`).then(
      (response) => response.ok,
      () => false,
    );
  }
}
