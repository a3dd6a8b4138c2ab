/** One `pulsecheck` with a folder and an address of its own, started as often as a story likes. */

import { freePort } from './ports';
import type { Program } from './program';
import type { Stage } from './stage';

export class Installation {
  readonly folder: string;
  readonly port: number;
  private readonly stage: Stage;
  private readonly env: Record<string, string>;

  private constructor(stage: Stage, port: number, env: Record<string, string>) {
    this.stage = stage;
    this.port = port;
    this.folder = stage.folder();
    this.env = {
      DATA_DIR: this.folder,
      LISTEN_ADDR: `127.0.0.1:${port}`,
      ...env,
    };
  }

  static async prepare(stage: Stage, env: Record<string, string> = {}): Promise<Installation> {
    return new Installation(stage, await freePort(), env);
  }

  /** What it calls itself without a PUBLIC_URL. */
  get origin(): string {
    return `http://localhost:${this.port}`;
  }

  /** Starts it and waits until it says that it is ready. */
  async start(): Promise<Program> {
    const program = this.stage.start('pulsecheck', [], this.env);
    await program.says(/is ready at \S+/, 60_000);
    return program;
  }
}

/** The link for the first account that a starting program prints. */
export const setupLink = (program: Program): Promise<string> =>
  program.says(/https?:\/\/\S+\/setup#token=\S+/);
