/** Tells the other tabs of this browser that somebody signed out, and hears it from them. */

const CHANNEL = 'pulsecheck.session';
const STAMP = 'pulsecheck.signed-out';

/** One for the whole tab: what a channel says it does not hear itself. */
const channel = 'BroadcastChannel' in window ? new BroadcastChannel(CHANNEL) : null;

/** By the channel, and by storage where a browser has no channels. */
export function announceSignOut(): void {
  channel?.postMessage('signed-out');
  try {
    localStorage.setItem(STAMP, String(Date.now()));
  } catch {
    // Without storage the channel is all there is.
  }
}

/** Calls the handler when another tab has signed out; the returned function ends that. */
export function onSignOutElsewhere(handler: () => void): () => void {
  const onMessage = () => handler();
  // The browser tells every tab but the one that wrote.
  const onStorage = (event: StorageEvent) => {
    if (event.key === STAMP && event.newValue !== null) handler();
  };
  channel?.addEventListener('message', onMessage);
  window.addEventListener('storage', onStorage);
  return () => {
    channel?.removeEventListener('message', onMessage);
    window.removeEventListener('storage', onStorage);
  };
}
