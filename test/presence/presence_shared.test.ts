// Presence on a store that other processes share: who is away, who says it again, and who waits for whom.
import { describe, expect, it, vi } from 'vitest';
import type { Change } from '../../lib/domain.js';
import { MemoryStore } from '../../lib/presence/memory.js';
import type { PresenceStore, Standing } from '../../lib/presence/store.js';
import { ann, bob } from '../support/people.js';
import { Desk } from './desk.js';

/** A desk at a store that says when it is away. Nobody is taken out within 15 s of the beginning, or of its return. */
class SharedDesk {
  readonly desk: Desk;
  readonly said: string[] = [];
  readonly store = new MemoryStore() as MemoryStore & PresenceStore;
  answers: (answers: boolean) => void = () => undefined;

  constructor(more: Partial<PresenceStore> = {}) {
    Object.assign(this.store, more, {
      watch: (listener: (answers: boolean) => void) => {
        this.answers = listener;
      },
    });
    this.desk = new Desk({
      store: this.store,
      patience: 15_000,
      onAway: () => this.said.push('away'),
      onBack: () => this.said.push('back'),
    });
  }

  /** Who is in the room, by the store. */
  async names(): Promise<string[]> {
    return (await this.store.roster('room', '/classes/4')).users.map(({ uname }) => uname);
  }
}

describe('a process that has just begun', () => {
  it('takes nobody out before the others had time to say who lives', async () => {
    const { desk, store } = new SharedDesk();
    await store.join(bob('b1'), 0, 1_000);
    await desk.until(14);
    expect(await desk.news()).toEqual([]);
    await desk.until(15);
    expect(await desk.news()).toEqual(['bob lost at 0']);
  });

  it('is not sure of who is gone until then', async () => {
    const { desk } = new SharedDesk();
    expect(desk.presence.settled).toBe(false);
    await desk.until(15);
    expect(desk.presence.settled).toBe(true);
  });
});

describe('a store that is away and comes back', () => {
  it('is told at once who is here, and takes nobody out for a while', async () => {
    const shared = new SharedDesk();
    const { desk, store } = shared;
    desk.presence.heard(ann('a1'));
    desk.presence.hold('a1');
    await desk.until(20);
    shared.answers(false);
    await desk.until(40);
    await store.join(bob('b1'), 40_000, 41_000);
    await desk.empty('a1');
    shared.answers(true);
    await desk.presence.sweep();
    expect(await shared.names()).toEqual(['bob', 'ann']);
    expect(shared.said).toEqual(['away', 'back']);
    await desk.until(54);
    expect(await shared.names()).toEqual(['bob', 'ann']);
    await desk.until(55);
    expect(await shared.names()).toEqual(['ann']);
  });

  it('is told where each stood before', async () => {
    const { desk, store } = new SharedDesk({ recall: async () => null });
    const join = vi.spyOn(store, 'join');
    desk.presence.heard(ann('a1'));
    desk.presence.hold('a1');
    await desk.until(1);
    await desk.empty('a1');
    await desk.until(6);
    const before = join.mock.lastCall?.[3] as readonly Standing[];
    expect(before.map(({ kind, channel, since }) => [kind, channel, since])).toEqual([
      ['room', '/classes/4', 0],
      ['activity', '/courses/5/lessons/1', 0],
    ]);
    expect(before.every(({ epoch }) => epoch.length > 0)).toBe(true);
  });

  it('is asked to recall who went meanwhile, so that the stay ends when it did', async () => {
    const recall = vi.fn(async (): Promise<Change | null> => null);
    const shared = new SharedDesk({ recall });
    const { desk, store } = shared;
    desk.presence.heard(ann('a1'));
    desk.presence.hold('a1');
    await desk.until(10);
    shared.answers(false);
    vi.spyOn(store, 'leave').mockRejectedValueOnce(new Error('the store is away'));
    desk.presence.gone('a1', 'leave');
    await desk.at(12);
    await desk.empty('a1');
    shared.answers(true);
    await desk.presence.sweep();
    const [client, seen, ends] = recall.mock.lastCall as unknown as [{ id: string }, number, number];
    expect([client.id, seen, ends]).toEqual(['a1', 10_000, 10_000]);
  });

  it('is not told that a client stood there before a silence longer than its lease', async () => {
    const { desk, store } = new SharedDesk({ recall: async () => null });
    desk.presence.heard(ann('a1'));
    await desk.until(1);
    vi.spyOn(store, 'renew').mockRejectedValue(new Error('the store is away'));
    desk.presence.heard(ann('a1'));
    await desk.at(70);
    const join = vi.spyOn(store, 'join');
    desk.presence.heard(ann('a1'));
    await vi.waitFor(() => expect(join.mock.lastCall?.[3]).toEqual([]));
  });

  it('is not asked to recall those of whom it never told anything', async () => {
    const recall = vi.fn(async (): Promise<Change | null> => null);
    const { desk, store } = new SharedDesk({ recall });
    vi.spyOn(store, 'join').mockRejectedValue(new Error('the store is away'));
    desk.presence.heard(ann('a1'));
    await desk.until(1);
    desk.presence.dropped('a1', 0);
    await desk.until(10);
    expect(recall).not.toHaveBeenCalled();
  });
});

describe('a process that was stopped for a while', () => {
  it('takes nobody out when it goes on, before others could say who lives', async () => {
    const { desk, store } = new SharedDesk();
    await desk.until(20);
    await store.join(bob('b1'), 20_000, 25_000);
    await desk.sweepAt(40);
    expect(await desk.news()).toEqual([]);
    await desk.until(55);
    expect(await desk.news()).toEqual(['bob lost at 20']);
  });
});

describe('a process that ends', () => {
  it('hands its clients over, seen now, to be waited for', async () => {
    const handOver = vi.fn(async () => true);
    const { desk, store } = new SharedDesk({ handOver });
    desk.presence.heard(ann('a1'));
    desk.presence.hold('a1');
    desk.presence.heard(bob('b1'));
    await desk.at(3);
    const renew = vi.spyOn(store, 'renew');
    await desk.presence.close();
    expect(handOver).toHaveBeenCalledWith(3_000, 18_000);
    expect(renew.mock.lastCall?.[0]).toEqual([
      { id: 'a1', seen: 3_000, ends: 18_000 },
      { id: 'b1', seen: 0, ends: 18_000 },
    ]);
    expect(await desk.news()).toEqual(['ann join at 0', 'bob join at 0']);
  });

  it('lets them leave when there is nobody to hand them to', async () => {
    const { desk } = new SharedDesk({ handOver: async () => false });
    desk.presence.heard(ann('a1'));
    desk.presence.hold('a1');
    await desk.at(3);
    await desk.presence.close();
    expect(await desk.news()).toEqual(['ann join at 0', 'ann shutdown at 3']);
  });
});
