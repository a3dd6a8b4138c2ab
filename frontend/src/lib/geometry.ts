/** Where the rows of a long list stand, by arithmetic alone: nothing is measured, so nothing jumps. */

export interface Block {
  key: string;
  /** How many rows are shown: none while it is closed. */
  rows: number;
}

/** In pixels. */
export interface Sizes {
  head: number;
  row: number;
}

export interface Placed extends Block {
  top: number;
  height: number;
}

/** Rows `from` up to, and without, `to` of a block. */
export interface Span {
  key: string;
  from: number;
  to: number;
}

export function place(blocks: readonly Block[], { head, row }: Sizes): Placed[] {
  let top = 0;
  return blocks.map((block) => {
    const height = head + block.rows * row;
    const placed = { ...block, top, height };
    top += height;
    return placed;
  });
}

export const heightOf = (placed: readonly Placed[]): number => {
  const last = placed[placed.length - 1];
  return last === undefined ? 0 : last.top + last.height;
};

/** What has to be drawn so that nothing is missing between `top` and `bottom`. */
export function inView(
  placed: readonly Placed[],
  { head, row }: Sizes,
  top: number,
  bottom: number,
): Span[] {
  const spans: Span[] = [];
  for (const block of placed) {
    if (block.top >= bottom) break;
    if (block.top + block.height <= top) continue;
    const first = block.top + head;
    const from = Math.max(0, Math.floor((top - first) / row));
    const to = Math.min(block.rows, Math.max(0, Math.ceil((bottom - first) / row)));
    spans.push({ key: block.key, from: Math.min(from, to), to });
  }
  return spans;
}

/** The numbers of the pages of `size` rows that a span touches. */
export function pagesOf({ from, to }: Pick<Span, 'from' | 'to'>, size: number): number[] {
  if (to <= from) return [];
  const first = Math.floor(from / size);
  const last = Math.floor((to - 1) / size);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/**
 * How far the page has to scroll so that what stood at `at` still does: the block there may have been moved by
 * others above it that grew or shrank.
 */
export function shift(before: readonly Placed[], after: readonly Placed[], at: number): number {
  const anchor = before.find(({ top, height }) => top <= at && at < top + height);
  if (anchor === undefined) return 0;
  const now = after.find(({ key }) => key === anchor.key);
  return now === undefined ? 0 : now.top - anchor.top;
}
