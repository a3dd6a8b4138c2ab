/** Every keyboard shortcut, and which of them a pressed key completes. */
import { shellText } from './text/shell';

export type ShortcutName =
  | 'help'
  | 'search'
  | 'dashboard'
  | 'incidents'
  | 'add'
  | 'select'
  | 'wall';

interface Shortcut {
  name: ShortcutName;
  /** Pressed one after the other. */
  keys: readonly [string] | readonly [string, string];
  what: string;
  /** Needs the right to change services. */
  edits?: true;
}

export const shortcuts: readonly Shortcut[] = [
  { name: 'help', keys: ['?'], what: shellText.shortcuts.help },
  { name: 'search', keys: ['/'], what: shellText.shortcuts.search },
  { name: 'dashboard', keys: ['g', 'd'], what: shellText.shortcuts.dashboard },
  { name: 'incidents', keys: ['g', 'i'], what: shellText.shortcuts.incidents },
  { name: 'wall', keys: ['g', 'w'], what: shellText.shortcuts.wall },
  { name: 'add', keys: ['n'], what: shellText.shortcuts.add, edits: true },
  { name: 'select', keys: ['x'], what: shellText.shortcuts.select, edits: true },
];

/** So long the second key of a pair is waited for. */
export const PAIR_MS = 1_200;

export interface Step {
  /** The first key of a pair, while the second is waited for. */
  pending: string | null;
  done: ShortcutName | null;
}

/** What pressing `key` does after `pending`. */
export function press(pending: string | null, key: string): Step {
  const pair = shortcuts.find(({ keys }) => keys[0] === pending && keys[1] === key);
  if (pair !== undefined) return { pending: null, done: pair.name };
  const single = shortcuts.find(({ keys }) => keys.length === 1 && keys[0] === key);
  if (single !== undefined) return { pending: null, done: single.name };
  const begins = shortcuts.some(({ keys }) => keys.length === 2 && keys[0] === key);
  return { pending: begins ? key : null, done: null };
}

interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  defaultPrevented: boolean;
  target: EventTarget | null;
}

const withoutText = /^(checkbox|radio|button|submit|reset|range|color|file)$/;

/** False where the key belongs to somebody else: to a field, an open menu or dialog, the browser. */
export function isFree({ ctrlKey, metaKey, altKey, defaultPrevented, target }: Pressed): boolean {
  if (ctrlKey || metaKey || altKey || defaultPrevented) return false;
  if (!(target instanceof HTMLElement)) return true;
  if (target instanceof HTMLInputElement && !withoutText.test(target.type)) return false;
  if (target.isContentEditable) return false;
  return target.closest('textarea, select, dialog, [role="menu"], [role="listbox"]') === null;
}
