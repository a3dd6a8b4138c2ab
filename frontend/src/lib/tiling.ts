/** How rows of tiles fill a screen: each tile as well shaped as can be, and no place left empty. */

/** A tile reads best at about this many times its height. */
const SHAPE = 1.9;
/** Rows of unequal length have to earn it. */
const UNEVEN = 0.15;

export interface Tiling {
  rows: number;
  /** Of the grid; a tile spans one or more. */
  columns: number;
  /** How many columns the tile in this place spans. The first rows hold the fewer, and so the wider tiles. */
  span: (place: number) => number;
}

/** `ratio` is the width of the screen by its height. */
export function tiling(n: number, ratio: number): Tiling {
  let rows = 1;
  let least = Number.POSITIVE_INFINITY;
  for (let tried = 1; tried <= n; tried += 1) {
    const shape = (ratio * tried * tried) / n;
    const badness = Math.abs(Math.log(shape / SHAPE)) + (n % tried === 0 ? 0 : UNEVEN);
    if (badness < least) {
      least = badness;
      rows = tried;
    }
  }
  const few = Math.max(1, Math.floor(n / rows));
  const longRows = n % rows;
  if (longRows === 0) return { rows, columns: few, span: () => 1 };
  const wide = (rows - longRows) * few;
  return { rows, columns: few * (few + 1), span: (place) => (place < wide ? few + 1 : few) };
}
