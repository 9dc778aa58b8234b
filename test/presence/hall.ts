// An announcer on a memory store, with a list of who listens and a record of what was published, for fake timers.
import { vi } from 'vitest';
import type { Change, Channel, Client, ClientId } from '../../lib/domain.js';
import { Announcer, type AnnouncerOptions } from '../../lib/presence/announcer.js';
import { MemoryStore } from '../../lib/presence/memory.js';
import type { PresenceDelta, UserList } from '../../lib/presence/wire.js';

export const ROOM = '/classes/4';
export const LIST = `${ROOM}/user_list`;
export const DELTA = `${ROOM}/presence`;

export class Hall {
  readonly store = new MemoryStore();
  readonly listening = new Set<Channel>([LIST, DELTA]);
  readonly published: { channel: Channel; data: PresenceDelta | UserList }[] = [];
  readonly errors: unknown[] = [];
  readonly announcer: Announcer;

  constructor(options: Partial<AnnouncerOptions> = {}) {
    this.announcer = new Announcer({
      publish: (channel, data) => this.published.push({ channel, data }),
      roster: (room, limit) => this.store.roster('room', room, limit),
      listened: (channel) => this.listening.has(channel),
      onError: (error) => this.errors.push(error),
      ...options,
    });
  }

  async join(...clients: Client[]): Promise<void> {
    for (const client of clients) this.tell(await this.store.join(client, Date.now(), Date.now() + 60_000));
  }

  async leave(...ids: ClientId[]): Promise<void> {
    for (const id of ids) this.tell(await this.store.leave(id, Date.now(), 'leave'));
  }

  tell(change: Change | null): void {
    if (change) this.announcer.tell(change);
  }

  /** Lets so many milliseconds go by. */
  wait(ms: number): Promise<unknown> {
    return vi.advanceTimersByTimeAsync(ms);
  }

  /** What was published on the list since this was last asked. */
  lists(): UserList[] {
    return this.#take(LIST).filter((data) => 'user_list' in data);
  }

  deltas(): PresenceDelta[] {
    return this.#take(DELTA).filter((data) => 'epoch' in data);
  }

  #take(channel: Channel): (PresenceDelta | UserList)[] {
    const taken = this.published.filter((one) => one.channel === channel).map(({ data }) => data);
    const rest = this.published.filter((one) => one.channel !== channel);
    this.published.splice(0, this.published.length, ...rest);
    return taken;
  }
}
