/** How many columns and rows make tiles of a screen as large, and as well shaped, as can be. */

/** A tile reads best at about this many times its height. */
const SHAPE = 1.9;

/** `ratio` is the width of the screen by its height. */
export function tiling(n: number, ratio: number): { columns: number; rows: number } {
  if (n <= 0) return { columns: 1, rows: 1 };
  let best = { columns: 1, rows: n };
  let least = Number.POSITIVE_INFINITY;
  for (let columns = 1; columns <= n; columns += 1) {
    const rows = Math.ceil(n / columns);
    const shape = (ratio * rows) / columns;
    const empty = (columns * rows - n) / n;
    const badness = Math.abs(Math.log(shape / SHAPE)) + empty;
    if (badness < least) {
      least = badness;
      best = { columns, rows };
    }
  }
  return best;
}
