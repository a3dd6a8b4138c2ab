/** Whether single keys are shortcuts: who speaks to the computer, or holds a cat, may switch them off. */

const KEY = 'pulsecheck.shortcuts';
const listeners = new Set<() => void>();
let wanted = read();

function read(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'off';
  } catch {
    return true;
  }
}

export const areSingleKeysOn = (): boolean => wanted;

export function chooseSingleKeys(next: boolean): void {
  wanted = next;
  try {
    localStorage.setItem(KEY, next ? 'on' : 'off');
  } catch {
    // Blocked storage: the choice holds until the page is closed.
  }
  for (const tell of listeners) tell();
}

export function onSingleKeys(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}
