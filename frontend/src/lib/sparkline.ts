/** The small line of latency beside a service: points into the path of an SVG. */

export interface Spark {
  /** Runs of neighbouring points; a gap stays a gap. */
  path: string;
  /** Points that have no neighbour. */
  dots: readonly [number, number][];
  low: number;
  high: number;
}

/** None where fewer than two points are known. `width` and `height` in the units of the drawing. */
export function spark(
  points: readonly (number | null)[],
  width: number,
  height: number,
): Spark | null {
  const known = points.filter((point) => point !== null);
  if (known.length < 2) return null;
  const low = Math.min(...known);
  const high = Math.max(...known);
  // Ordinary noise must not look like mountains: the line fills the height only where latency doubles.
  const span = Math.max(high - low, low, 1);
  const step = width / (points.length - 1);
  const round = (value: number) => Math.round(value * 10) / 10;
  const dots: [number, number][] = [];
  let path = '';
  for (const [index, point] of points.entries()) {
    if (point === null) continue;
    const x = round(index * step);
    const y = round(height - ((point - low) / span) * height);
    const before = points[index - 1] ?? null;
    const after = points[index + 1] ?? null;
    if (before === null && after === null) dots.push([x, y]);
    else path += `${before === null ? 'M' : 'L'}${x} ${y}`;
  }
  return { path, dots, low, high };
}
