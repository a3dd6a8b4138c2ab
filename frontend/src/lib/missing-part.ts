/** Parts of the app that are loaded when they are needed, and what to do when one does not come. */

/** What Chromium, Firefox, Safari and the preloading of styles say. */
const signs =
  /dynamically imported module|Importing a module script failed|Unable to preload CSS|error loading dynamically/i;

/** A part did not come, because the network is away or because another build has replaced it: no fault in it. */
export const isMissingPart = (error: unknown): boolean =>
  error instanceof Error && signs.test(error.message);

let again = 0;

/** Loads it once more. Browsers remember that a module did not come, but not of another address. */
export function loadAgain<T>(load: () => Promise<T>, failed: unknown): Promise<T> {
  const address = failed instanceof Error ? /https?:\/\/\S+/.exec(failed.message)?.[0] : undefined;
  if (address === undefined) return load();
  again += 1;
  return import(/* @vite-ignore */ `${address}?again=${again}`) as Promise<T>;
}

const ANSWER_MS = 10_000;
const KEY = 'reloaded-from';

/** The address of the script that began this page; every build has another one. */
const ownBuild = (): string =>
  document.querySelector('script[type="module"][src]')?.getAttribute('src') ?? '';

/** Whether the server has another build by now. Rejects when it does not answer. */
export async function isReplaced(): Promise<boolean> {
  const response = await fetch('/', {
    cache: 'no-store',
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return !(await response.text()).includes(ownBuild());
}

/** Loads the page again, at most once for each build that is left behind; false where that was done already. */
export function leaveBuild(reload = () => window.location.reload()): boolean {
  try {
    if (sessionStorage.getItem(KEY) === ownBuild()) return false;
    sessionStorage.setItem(KEY, ownBuild());
  } catch {
    // Without a memory it could go on for ever.
    return false;
  }
  reload();
  return true;
}
