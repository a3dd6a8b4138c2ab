/** The phases of a look on one time axis, hop after hop. */

export const phaseNames = ['dns', 'tcp', 'tls', 'ttfb', 'transfer'] as const;
export type PhaseName = (typeof phaseNames)[number];

interface TimingsUs {
  dns_us: number;
  tcp_us: number;
  tls_us: number;
  send_us: number;
  ttfb_us: number;
  transfer_us: number;
}

export interface PhaseSpan {
  phase: PhaseName;
  /** Milliseconds from the start of the first hop. */
  start: number;
  /** Milliseconds. */
  length: number;
}

/** One list of spans per hop. Sending is part of the wait for the first byte. */
export function spansOf(hops: readonly { timings: TimingsUs }[]): PhaseSpan[][] {
  let at = 0;
  return hops.map(({ timings }) => {
    const lengths: Record<PhaseName, number> = {
      dns: timings.dns_us,
      tcp: timings.tcp_us,
      tls: timings.tls_us,
      ttfb: timings.send_us + timings.ttfb_us,
      transfer: timings.transfer_us,
    };
    return phaseNames.flatMap((phase) => {
      const length = lengths[phase] / 1000;
      if (length === 0) return [];
      const span = { phase, start: at, length };
      at += length;
      return [span];
    });
  });
}
