/** Long lists in parts that fit into one request. */

/** So many services the server takes in one change. */
export const MOST_IDS = 5_000;

export function inParts<T>(list: readonly T[], size: number = MOST_IDS): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, part) =>
    list.slice(part * size, (part + 1) * size),
  );
}
