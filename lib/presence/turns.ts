// Work on many clients, so many at a time: a store that gets thousands of questions at once answers none of them in time.

const AT_ONCE = 200;

export async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  for (let first = 0; first < items.length; first += AT_ONCE)
    await Promise.all(items.slice(first, first + AT_ONCE).map(work));
}
