// One partition of the Redis store: what changes in it, each by one script. Several scripts where there is much to do.
import { randomBytes } from 'node:crypto';
import type { Cause, Change, Client, ClientId, Millis, Place } from '../domain.js';
import { VACANT_FOR } from './memory_channels.js';
import type { RedisJournal } from './redis_journal.js';
import type { PartitionKeys } from './redis_keys.js';
import type { Part, Spots } from './redis_parts.js';
import type { Answer, RunScript, ScriptName } from './redis_scripts.js';
import type { Lease, Standing } from './store.js';

/** Redis does nothing else while a script runs, so none has more to do than some milliseconds. */
const CHUNK = 200;
const RENEWALS = 500;

export interface RedisPartitionOptions {
  readonly run: RunScript;
  readonly keys: PartitionKeys;
  readonly journal: RedisJournal;
  /** This process, by a name that no other has. */
  readonly node: string;
  readonly tell: { readonly channel: string; readonly prefix: string } | null;
  readonly nodeLease: Millis;
  readonly nodeGrace: Millis;
  readonly journalLimit: number;
  /** Told how many changes fell out of the journal so far, whenever some did. */
  readonly onDropped: (dropped: number) => void;
}

/** How a client comes in. */
export interface Arrival {
  readonly now: Millis;
  readonly ends: Millis;
  /** Where it stood by what this process was last told. */
  readonly before: readonly Standing[];
  /** It is gone already, and comes in only if the store was emptied since. */
  readonly recall: boolean;
  /** Wants to be told where it stands if nothing changes. */
  readonly asks: boolean;
}

export interface Gone {
  readonly id: ClientId;
  readonly part: Part;
}

export class RedisPartition {
  readonly #options: RedisPartitionOptions;

  constructor(options: RedisPartitionOptions) {
    this.#options = options;
  }

  /** @param spots what of the client's place lies here; it leaves this partition when nothing does. */
  async join({ id, key, user }: Client, spots: Spots, { now, ends, before, recall, asks }: Arrival): Promise<Part> {
    const { room = '', activity = '', logs } = spots;
    const stood = (kind: Standing['kind'], channel: string) => {
      const standing = before.find((one) => one.kind === kind && one.channel === channel);
      return [standing?.since ?? '', standing?.epoch ?? ''];
    };
    const client = [id, key, user.uid, user.uname, room, activity, logs ? '1' : '', ends];
    const standings = [...stood('room', room), ...stood('activity', activity)];
    const flags = [recall ? '1' : '', asks ? '1' : ''];
    const node = now + this.#options.nodeLease;
    return this.#part(await this.#change('join', now, [...client, node, ...standings, ...flags]));
  }

  async leave(id: ClientId, now: Millis, cause: Cause): Promise<Part> {
    return this.#part(await this.#change('leave', now, [id, cause]));
  }

  /** @throws only when nobody was taken out: who was must be told of, and the rest is left to the next sweep. */
  async expire(now: Millis, due: Millis): Promise<Gone[]> {
    const { nodeLease, nodeGrace } = this.#options;
    const until = Number.isFinite(due) ? due : '-inf';
    const args = [now + nodeLease, nodeGrace, CHUNK, now - VACANT_FOR, until];
    const gone: Gone[] = [];
    for (;;) {
      try {
        const [more, ms, dropped, ...clients] = await this.#change('expire', now, args);
        this.#heed(ms, dropped);
        for (let n = 0; n + 2 < clients.length; n += 3)
          gone.push({ id: String(clients[n]), part: partOf(clients[n + 2], clients[n + 1]) });
        if (more !== 1) return gone;
      } catch (error) {
        if (gone.length === 0) throw error;
        return gone;
      }
    }
  }

  /** @returns the ids that are not here, and those that another node holds. */
  async renew(leases: readonly Lease[]): Promise<{ unknown: ClientId[]; foreign: ClientId[] }> {
    // All in this turn: what is said of a client after it must not come to Redis before it.
    const chunks: Promise<{ unknown: ClientId[]; foreign: ClientId[] }>[] = [];
    for (let first = 0; first < leases.length; first += RENEWALS)
      chunks.push(this.#renewSome(leases.slice(first, first + RENEWALS)));
    const answers = await Promise.all(chunks);
    return {
      unknown: answers.flatMap(({ unknown }) => unknown),
      foreign: answers.flatMap(({ foreign }) => foreign),
    };
  }

  async #renewSome(leases: readonly Lease[]): Promise<{ unknown: ClientId[]; foreign: ClientId[] }> {
    const args = leases.flatMap(({ id, seen, ends }) => [id, seen, ends]);
    const answer = await this.#run('renew', [this.#options.node, ...args]);
    const ids = (numbers: Answer | undefined) => listOf(numbers).flatMap((n) => leases[Number(n)]?.id ?? []);
    return { unknown: ids(answer[0]), foreign: ids(answer[1]) };
  }

  /**
   * Lets go of all clients that this node holds here, and of the node itself.
   * @param unlessAlone does nothing when no other node is there.
   * @returns whether it was done.
   */
  async handOver(now: Millis, ends: Millis, unlessAlone: boolean): Promise<boolean> {
    let check = unlessAlone ? '1' : '';
    for (;;) {
      const [released] = await this.#run('hand_over', [this.#options.node, now, ends, CHUNK, check]);
      if (released === -1) return false;
      if (Number(released) < CHUNK) return true;
      check = '';
    }
  }

  #change(name: ScriptName, now: Millis, args: readonly (string | number)[]): Promise<readonly Answer[]> {
    const { node, journal, journalLimit, tell } = this.#options;
    const epoch = randomBytes(9).toString('base64url');
    const told = tell ? `${tell.channel}\n${tell.prefix}` : '';
    return this.#run(name, [now, node, journal.latest, journalLimit, epoch, ...args, told]);
  }

  #run(name: ScriptName, args: readonly (string | number)[]): Promise<readonly Answer[]> {
    return this.#options.run(name, this.#options.keys.all, args);
  }

  #part([change, before, ms, dropped, stands]: readonly Answer[]): Part {
    this.#heed(ms, dropped);
    const part = partOf(change, before);
    return stands ? { ...part, stands: JSON.parse(String(stands)) as Standing[] } : part;
  }

  #heed(ms: Answer | undefined, dropped: Answer | undefined): void {
    this.#options.journal.saw(String(ms));
    if (Number(dropped) > 0) this.#options.onDropped(Number(dropped));
  }
}

function partOf(change: Answer | undefined, before: Answer | undefined): Part {
  return {
    change: change ? (JSON.parse(String(change)) as Change) : null,
    before: before ? (JSON.parse(String(before)) as Place & { node: string }) : null,
  };
}

const listOf = (answer: Answer | undefined): readonly Answer[] => (Array.isArray(answer) ? answer : []);
