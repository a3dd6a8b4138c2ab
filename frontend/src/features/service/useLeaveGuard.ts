/** Asks before unsaved changes are lost, within the app and when the tab is closed. */
import { useEffect, useRef } from 'react';
import { useBeforeUnload, useBlocker } from 'react-router';
import { ask, type Question } from '@/ui/Question';

/** Returns a function that lets the next navigation pass. */
export function useLeaveGuard(dirty: boolean, question: Question): () => void {
  const unlocked = useRef(false);
  const blocker = useBlocker(() => dirty && !unlocked.current);
  useBeforeUnload((event) => {
    if (dirty && !unlocked.current) event.preventDefault();
  });
  useEffect(() => {
    if (blocker.state !== 'blocked') return;
    void ask(question).then((leave) => (leave ? blocker.proceed() : blocker.reset()));
  }, [blocker, question]);
  return () => {
    unlocked.current = true;
  };
}
