/** What a reader must know about the connection, and when old data stops telling how things are. */

/** Shorter gaps heal by themselves and are worth no word. */
export const QUIET_MS = 5_000;
const BLIND_AFTER_MS = 60_000;

interface Signs {
  /** The browser believes to have a network. */
  online: boolean;
  /** The live stream has been away for longer than `QUIET_MS`. */
  streamAway: boolean;
  /** Since anything came from the server, in milliseconds; null before the first answer. */
  ageMs: number | null;
}

export type ConnectionWord = 'offline' | 'away' | null;

export function connectionWord({ online, streamAway, ageMs }: Signs): ConnectionWord {
  if (ageMs === null || !streamAway) return null;
  return online ? 'away' : 'offline';
}

/** From here on nobody knows how things are. */
export const isBlind = ({ streamAway, ageMs }: Signs): boolean =>
  streamAway && ageMs !== null && ageMs > BLIND_AFTER_MS;
