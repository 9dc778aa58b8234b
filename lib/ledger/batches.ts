// Work on a long list, some of it at a time.

export async function inBatches<T>(
  items: readonly T[],
  size: number,
  work: (batch: readonly T[]) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < items.length; start += size) await work(items.slice(start, start + size));
}

/** Lists of about this many characters at most each, as a database takes no statement of any length. */
export function bySize<T>(items: readonly T[], sizeOf: (item: T) => number, most = 1_000_000): T[][] {
  const lists: T[][] = [];
  let size = most;
  for (const item of items) {
    size += sizeOf(item);
    if (size > most) {
      lists.push([]);
      size = sizeOf(item);
    }
    lists.at(-1)?.push(item);
  }
  return lists;
}
