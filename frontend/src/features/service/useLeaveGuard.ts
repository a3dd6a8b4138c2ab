/** Asks before unsaved changes are lost, within the app and when the tab is closed. */
import { useEffect, useRef } from 'react';
import { useBeforeUnload, useBlocker } from 'react-router';

/** Returns a function that lets the next navigation pass. */
export function useLeaveGuard(dirty: boolean, question: string): () => void {
  const unlocked = useRef(false);
  const blocker = useBlocker(() => dirty && !unlocked.current);
  useBeforeUnload((event) => {
    if (dirty && !unlocked.current) event.preventDefault();
  });
  useEffect(() => {
    if (blocker.state !== 'blocked') return;
    if (window.confirm(question)) blocker.proceed();
    else blocker.reset();
  }, [blocker, question]);
  return () => {
    unlocked.current = true;
  };
}
