/** A program of ours as a child process: what it said, how it ended, and that it does end. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect } from '@playwright/test';

/** Everything that runs; nothing of it may outlive the test process, however that ends. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export class Program {
  readonly name: string;
  /** Both outputs as they came, from every start of this object. */
  output = '';
  private readonly child: ChildProcess;
  private readonly ended: Promise<Ending>;

  constructor(
    name: string,
    file: string,
    options: { args?: readonly string[]; env?: Record<string, string>; cwd?: string } = {},
  ) {
    this.name = name;
    this.child = spawn(file, options.args ?? [], {
      cwd: options.cwd,
      // Nothing of the surrounding shell decides what a program does, not even whether it came by ssh.
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(this.child);
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
    this.ended = new Promise((resolve) => {
      this.child.once('error', (error) => {
        this.output += `${file}: ${error.message}\n`;
        running.delete(this.child);
        resolve({ code: null, signal: null });
      });
      this.child.once('exit', (code, signal) => {
        running.delete(this.child);
        resolve({ code, signal });
      });
    });
  }

  get pid(): number {
    const { pid } = this.child;
    if (pid === undefined) throw new Error(`${this.name} did not start:\n${this.output}`);
    return pid;
  }

  isRunning(): boolean {
    return (
      this.child.exitCode === null && this.child.signalCode === null && running.has(this.child)
    );
  }

  /** Sends a signal; where the program is to end by it, `ending` says how it did. */
  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** How the program ended, once it has. */
  async ending(patience = 20_000): Promise<Ending> {
    const late = new Promise<never>((_, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${this.name} still runs after ${patience} ms`)),
        patience,
      );
      void this.ended.finally(() => clearTimeout(timer));
    });
    return await Promise.race([this.ended, late]);
  }

  /** Ends it as an operator would, and by force where that does not help. */
  async end(): Promise<void> {
    if (!this.isRunning()) return;
    // A stopped process hears no other signal.
    this.signal('SIGCONT');
    this.signal('SIGTERM');
    await this.ending(15_000).catch(() => {
      this.signal('SIGKILL');
      return this.ended;
    });
  }

  /** What a pattern finds in the output, as soon as it does; fails at once when the program ends before. */
  async says(pattern: RegExp, patience = 30_000): Promise<string> {
    let found: string | undefined;
    await expect
      .poll(
        () => {
          found = pattern.exec(this.output)?.[0];
          return found !== undefined || !this.isRunning();
        },
        { timeout: patience, intervals: [20], message: `${this.name} says ${pattern}` },
      )
      .toBe(true);
    if (found === undefined) throw new Error(`${this.name} ended without saying ${pattern}`);
    return found;
  }

  /** The numbers of all processes below this one that live now. */
  descendants(): number[] {
    const parents = new Map(processes().map(({ pid, parent }) => [pid, parent]));
    const isBelow = (pid: number): boolean => {
      const parent = parents.get(pid);
      return parent !== undefined && (parent === this.pid || isBelow(parent));
    };
    return [...parents.keys()].filter(isBelow);
  }
}

/** Which of these processes still live. */
export function alive(pids: readonly number[]): number[] {
  const all = new Set(processes().map(({ pid }) => pid));
  return pids.filter((pid) => all.has(pid));
}

/** All but those that have ended and that nobody has asked how. A bare Linux has no `ps`, and macOS no `/proc`. */
function processes(): { pid: number; parent: number }[] {
  return (existsSync('/proc/self/stat') ? statsOfProc() : statsOfPs())
    .filter(([, , state]) => state?.startsWith('Z') !== true)
    .map(([pid, parent]) => ({ pid: Number(pid), parent: Number(parent) }));
}

function statsOfPs(): string[][] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' }).trim();
  return lines.split('\n').map((line) => line.trim().split(/\s+/));
}

function statsOfProc(): string[][] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
        // The name before it may hold spaces and brackets.
        const [state = '', parent = ''] = text.slice(text.lastIndexOf(')') + 2).split(' ');
        return [[pid, parent, state]];
      } catch {
        // It has ended meanwhile.
        return [];
      }
    });
}
