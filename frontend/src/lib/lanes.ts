/** Incidents of many services on one axis of time: which services get a line of their own, and where each span lies. */

export interface Span {
  id: string;
  service_id: string;
  service_name: string;
  started_at: string;
  /** Null while it is open. */
  resolved_at: string | null;
}

export interface Placed<S extends Span> {
  span: S;
  /** Shares of the whole axis, 0 to 1. */
  start: number;
  length: number;
}

export interface Lane<S extends Span> {
  id: string;
  name: string;
  spans: Placed<S>[];
}

export interface Lanes<S extends Span> {
  shown: Lane<S>[];
  /** Services with incidents that have no line any more. */
  more: number;
}

/** Open trouble first, then what broke most recently; at most `most` lines. */
export function lanesOf<S extends Span>(
  spans: readonly S[],
  { from, to, most }: { from: number; to: number; most: number },
): Lanes<S> {
  const lanes = new Map<string, { lane: Lane<S>; open: boolean; latest: number }>();
  for (const span of spans) {
    const start = Math.max(from, Date.parse(span.started_at));
    const end = span.resolved_at === null ? to : Math.min(to, Date.parse(span.resolved_at));
    if (end < from || start > to) continue;
    const share = (ms: number) => ms / Math.max(1, to - from);
    const known = lanes.get(span.service_id) ?? {
      lane: { id: span.service_id, name: span.service_name, spans: [] },
      open: false,
      latest: 0,
    };
    known.lane.spans.push({ span, start: share(start - from), length: share(end - start) });
    known.open ||= span.resolved_at === null;
    known.latest = Math.max(known.latest, Date.parse(span.started_at));
    lanes.set(span.service_id, known);
  }
  const sorted = [...lanes.values()].sort(
    (a, b) => Number(b.open) - Number(a.open) || b.latest - a.latest,
  );
  return {
    shown: sorted.slice(0, most).map(({ lane }) => lane),
    more: Math.max(0, sorted.length - most),
  };
}
