// The clients of the Redis store over its partitions: who is asked about whom, and what all of them answered as one.
import type { Cause, Change, Client, ClientId, Millis } from '../domain.js';
import type { Arrival, Gone, RedisPartition } from './redis_partition.js';
import { merge, NOWHERE, type Part, split } from './redis_parts.js';
import { Placements } from './redis_placements.js';
import type { Lease, Standing } from './store.js';

export class RedisSpread {
  readonly #node: string;
  readonly #partitions: readonly RedisPartition[];
  /** Only with several partitions. A client that is not here may be in any of them: another process may have placed it. */
  readonly #placed = new Placements();

  constructor(node: string, partitions: readonly RedisPartition[]) {
    this.#node = node;
    this.#partitions = partitions;
  }

  /** @param stands told where the client stands, when it was there already */
  async join(client: Client, arrives: Arrival, stands?: (standings: Standing[]) => void): Promise<Change | null> {
    const { id, place } = client;
    const spots = split(place, this.#partitions.length);
    // The user that a client came in with stays: partitions that it enters later cannot know who that was.
    const { user, key } = this.#placed.get(id)?.client ?? client;
    const arrival = { id, key, user, place };
    const parts = await this.#ask(id, [...spots.keys()], (partition, n) =>
      partition.join(arrival, spots.get(n) ?? NOWHERE, arrives),
    );
    if (this.#partitions.length > 1 && !arrives.recall)
      this.#placed.put(id, { client: arrival, partitions: [...spots.keys()] }, arrives.now);
    const change = merge(id, parts, place);
    if (!change) stands?.(parts.flatMap((part) => part.stands ?? []));
    return change;
  }

  async leave(id: ClientId, now: Millis, cause: Cause): Promise<Change | null> {
    const parts = await this.#ask(id, [], (partition) => partition.leave(id, now, cause));
    this.#placed.delete(id);
    return merge(id, parts, null);
  }

  async renew(leases: readonly Lease[]): Promise<ClientId[]> {
    const asked = this.#partitions.map((_, n) => leases.filter(({ id }) => this.#mayHave(n, id)));
    const answers = await all(this.#partitions.map((partition, n) => partition.renew(asked[n] ?? [])));
    const foreign = new Set(answers.flatMap((answer) => answer.foreign));
    const missing = new Map<ClientId, number>();
    for (const id of answers.flatMap((answer) => answer.unknown)) missing.set(id, (missing.get(id) ?? 0) + 1);
    const isUnknown = (id: ClientId): boolean => {
      // Of a client that was placed here no part may be missing.
      const bound = this.#placed.get(id) ? 1 : this.#partitions.length;
      return !foreign.has(id) && (missing.get(id) ?? 0) >= bound;
    };
    const unknown = leases.map(({ id }) => id).filter(isUnknown);
    for (const { id, seen } of leases) this.#placed.touch(id, seen);
    for (const id of [...foreign, ...unknown]) this.#placed.delete(id);
    return unknown;
  }

  async expire(now: Millis, due: Millis): Promise<Change[]> {
    this.#placed.forgetOld(now);
    const sweeps = await Promise.allSettled(this.#partitions.map((partition) => partition.expire(now, due)));
    const gone = sweeps.flatMap((sweep) => (sweep.status === 'fulfilled' ? sweep.value : []));
    const failed = sweeps.find((sweep) => sweep.status === 'rejected');
    // Who was taken out must be told of; the other partitions are left to the next sweep.
    if (failed && gone.length === 0) throw failed.reason;
    for (const { id } of gone) this.#placed.delete(id);
    return [...byClient(gone)].flatMap(([id, parts]) => merge(id, parts, null) ?? []);
  }

  async handOver(now: Millis, ends: Millis): Promise<boolean> {
    const [first, ...others] = this.#partitions;
    // Asked of one partition: of two processes that go at once, one stays behind to let its clients leave.
    if (!(await first?.handOver(now, ends, true))) return false;
    await all(others.map((partition) => partition.handOver(now, ends, false)));
    this.#placed.clear();
    return true;
  }

  #mayHave(partition: number, id: ClientId): boolean {
    return this.#placed.get(id)?.partitions.includes(partition) ?? true;
  }

  /** Asks the partitions where a client is and will be, and all others when it is not where this process placed it. */
  async #ask(
    id: ClientId,
    destinations: readonly number[],
    question: (partition: RedisPartition, n: number) => Promise<Part>,
  ): Promise<Part[]> {
    const everywhere = this.#partitions.map((_, n) => n);
    const placed = this.#placed.get(id)?.partitions ?? everywhere;
    const first = everywhere.filter((n) => placed.includes(n) || destinations.includes(n));
    const ask = (numbers: readonly number[]): Promise<(readonly [number, Part])[]> =>
      all(
        this.#partitions.flatMap((partition, n) =>
          numbers.includes(n) ? question(partition, n).then((part) => [n, part] as const) : [],
        ),
      );
    try {
      const answers = new Map(await ask(first));
      const isHere = (n: number): boolean => answers.get(n)?.before?.node === this.#node;
      const rest = placed.every(isHere) ? [] : everywhere.filter((n) => !first.includes(n));
      return [...answers.values(), ...(await ask(rest)).map(([, part]) => part)];
    } catch (error) {
      // Some may have done it, so that nothing is known of where the client is.
      this.#placed.delete(id);
      throw error;
    }
  }
}

function byClient(gone: readonly Gone[]): Map<ClientId, Part[]> {
  const parts = new Map<ClientId, Part[]>();
  for (const { id, part } of gone) {
    const known = parts.get(id);
    if (known) known.push(part);
    else parts.set(id, [part]);
  }
  return parts;
}

/** Waits for all, also when one fails, so that nothing goes on behind the back of who is told of the failure. */
async function all<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(promises);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
