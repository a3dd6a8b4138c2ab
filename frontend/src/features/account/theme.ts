/** Light, dark or the device's own: kept in this browser and among one's preferences. */
import { useSyncExternalStore } from 'react';
import { saveTheme } from '@/api/account';

/** Each with its icon, in the order in which they are offered. */
export const themes = [
  ['light', 'sun'],
  ['dark', 'moon'],
  ['system', 'system'],
] as const;
export type Theme = (typeof themes)[number][0];

const KEY = 'pulsecheck.theme';
const listeners = new Set<() => void>();

function read(): Theme | null {
  try {
    const stored = localStorage.getItem(KEY);
    return stored === 'light' || stored === 'dark' || stored === 'system' ? stored : null;
  } catch {
    return null;
  }
}

let theme: Theme = read() ?? 'system';

function apply(next: Theme): void {
  theme = next;
  if (next === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // Blocked storage: the choice holds until the page is closed.
  }
  for (const tell of listeners) tell();
}

export function chooseTheme(next: Theme): void {
  apply(next);
  // The choice already holds here; that it did not reach the server costs nothing visible.
  saveTheme(next).catch(() => undefined);
}

/** Takes over the theme chosen in another browser, unless one was chosen in this one. */
export function adoptTheme(preferred: Theme | null | undefined): void {
  if (preferred != null && read() === null && preferred !== theme) apply(preferred);
}

export const useTheme = (): Theme =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    () => theme,
  );
