/** Asks before what was typed is lost: within the app, when a dialog is closed and when the tab is. */
import { type RefObject, useCallback, useEffect, useRef } from 'react';
import { useBeforeUnload, useBlocker } from 'react-router';
import { paths } from '@/lib/paths';
import { shellText } from '@/lib/text/shell';
import { ask } from '@/ui/Question';

export interface LeaveGuard {
  /** Lets the next way out pass: it is saved, or given up on purpose. */
  unlock: () => void;
  /** Goes, after a question where something would be lost; for what leaves a form but not the page. */
  leave: (go: () => void) => void;
}

/** Forms that have changed, each with what lets it be left. */
const changedForms = new Set<() => void>();

/** For what leaves every form at once and cannot be taken back, signing out say: false when the reader stays. */
export const mayLeaveForms = async (): Promise<boolean> =>
  changedForms.size === 0 || (await ask(shellText.unsaved));

/** Lets the next way out of every form pass. */
export function unlockForms(): void {
  for (const unlock of changedForms) unlock();
}

/** For the form of a page, or of a dialog over a page without one: the router asks one guard only. */
export function useLeaveGuard(changed: boolean): LeaveGuard {
  const { unlocked, ...guard } = useGuard(changed);
  const blocker = useBlocker(() => changed && !unlocked.current);
  const stayed = useRef(false);
  useEffect(() => {
    if (blocker.state !== 'blocked') return;
    const { location } = blocker;
    const ended = location.pathname === paths.login();
    // Who stays is asked again when they do something, and not while they type.
    if (ended && stayed.current && byItself(location.state)) {
      blocker.reset();
      return;
    }
    let overtaken = false;
    void ask(ended ? shellText.unsavedAtEnd : shellText.unsaved).then((go) => {
      if (overtaken) return;
      if (go) {
        blocker.proceed();
        return;
      }
      stayed.current ||= ended;
      blocker.reset();
    });
    return () => {
      overtaken = true;
    };
  }, [blocker]);
  return guard;
}

const byItself = (state: unknown): boolean =>
  (state as { byItself?: boolean } | null)?.byItself === true;

/** For a dialog over a page with a form of its own. */
export function useCloseGuard(changed: boolean): LeaveGuard {
  const { unlocked: _, ...guard } = useGuard(changed);
  return guard;
}

function useGuard(changed: boolean): LeaveGuard & { unlocked: RefObject<boolean> } {
  const unlocked = useRef(false);
  const asking = useRef(false);
  useBeforeUnload((event) => {
    if (changed && !unlocked.current) event.preventDefault();
  });
  const unlock = useCallback(() => {
    unlocked.current = true;
    changedForms.delete(unlock);
  }, []);
  useEffect(() => {
    if (!changed) return;
    changedForms.add(unlock);
    return () => {
      changedForms.delete(unlock);
    };
  }, [changed, unlock]);
  const leave = async (go: () => void) => {
    if (changed && !unlocked.current) {
      // Escape may come twice.
      if (asking.current) return;
      asking.current = true;
      const goes = await ask(shellText.unsaved);
      asking.current = false;
      if (!goes) return;
      unlock();
    }
    go();
  };
  return { unlocked, unlock, leave: (go) => void leave(go) };
}

/** True once the values of a form are not what they were when it was opened. */
export function useIsChanged(values: object): boolean {
  const now = JSON.stringify(values);
  const first = useRef(now);
  return now !== first.current;
}
