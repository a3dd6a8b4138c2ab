import { expect, it, vi } from 'vitest';
import { announceSignOut, onSignOutElsewhere } from './sign-out';

const elsewhere = () => new BroadcastChannel('pulsecheck.session');

it('signing out is said to other tabs and not to this one', async () => {
  const other = elsewhere();
  const heardThere = vi.fn();
  other.addEventListener('message', heardThere);
  const heardHere = vi.fn();
  const stop = onSignOutElsewhere(heardHere);
  announceSignOut();
  await vi.waitFor(() => expect(heardThere).toHaveBeenCalledOnce());
  expect(heardHere).not.toHaveBeenCalled();
  stop();
  other.close();
});

it('signing out in another tab is heard at once, until one stops listening', async () => {
  const other = elsewhere();
  const heard = vi.fn();
  const stop = onSignOutElsewhere(heard);
  other.postMessage('signed-out');
  await vi.waitFor(() => expect(heard).toHaveBeenCalledOnce());
  stop();
  window.dispatchEvent(
    new StorageEvent('storage', { key: 'pulsecheck.signed-out', newValue: '1' }),
  );
  expect(heard).toHaveBeenCalledOnce();
  other.close();
});

it('where the channel says nothing, the storage does', () => {
  const heard = vi.fn();
  const stop = onSignOutElsewhere(heard);
  const written = (key: string) =>
    window.dispatchEvent(new StorageEvent('storage', { key, newValue: '1' }));
  written('pulsecheck.theme');
  expect(heard).not.toHaveBeenCalled();
  written('pulsecheck.signed-out');
  expect(heard).toHaveBeenCalledOnce();
  stop();
});
