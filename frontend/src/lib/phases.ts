/** The phases of a look on one time axis, hop after hop. */

export const phaseNames = ['dns', 'tcp', 'tls', 'ttfb', 'transfer'] as const;
export type PhaseName = (typeof phaseNames)[number];

interface Timings {
  dns_ms: number;
  tcp_ms: number;
  tls_ms: number;
  send_ms: number;
  ttfb_ms: number;
  transfer_ms: number;
}

export interface PhaseSpan {
  phase: PhaseName;
  /** Milliseconds from the start of the first hop. */
  start: number;
  /** Milliseconds. */
  length: number;
}

/** One list of spans per hop. Sending is part of the wait for the first byte. */
export function spansOf(hops: readonly { timings: Timings }[]): PhaseSpan[][] {
  let at = 0;
  return hops.map(({ timings }) => {
    const lengths: Record<PhaseName, number> = {
      dns: timings.dns_ms,
      tcp: timings.tcp_ms,
      tls: timings.tls_ms,
      ttfb: timings.send_ms + timings.ttfb_ms,
      transfer: timings.transfer_ms,
    };
    return phaseNames.flatMap((phase) => {
      const length = lengths[phase];
      if (length === 0) return [];
      const span = { phase, start: at, length };
      at += length;
      return [span];
    });
  });
}
