// The Redis store, when Redis is away or its clock is another: who asks is told, and goes on when it answers again.
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Millis } from '../../lib/domain.js';
import { RedisStore } from '../../lib/presence/redis.js';
import { openRedis } from '../../lib/redis.js';
import { ann, bob } from '../support/people.js';
import { type RedisServer, startRedis } from '../support/redis.js';
import { Site } from './redis_site.js';

const start = Date.now();
const at = (seconds: number): Millis => start + seconds * 1000;

async function ownServer(): Promise<RedisServer> {
  const server = await startRedis();
  onTestFinished(() => server.close());
  return server;
}

describe('a Redis that is away', () => {
  it('says so once when it was stopped, and again when it is back', async () => {
    const server = await ownServer();
    const store = await new Site(server).store();
    const answers: boolean[] = [];
    store.watch((answer) => answers.push(answer));
    await store.join(ann('a1'), at(0), at(60));
    expect(answers).toEqual([]);
    await server.stop();
    await vi.waitFor(() => expect(answers).toEqual([false]));
    await expect(store.join(bob('b1'), at(1), at(60))).rejects.toThrow();
    await expect(store.present()).rejects.toThrow();
    expect(answers).toEqual([false]);
    await server.start();
    await vi.waitFor(() => expect(answers).toEqual([false, true]), 10_000);
    expect(await store.renew([{ id: 'a1', seen: at(2), ends: at(62) }])).toEqual(['a1']);
    expect(await store.join(bob('b1'), at(2), at(62))).toMatchObject({ cause: 'join' });
  });

  it('says so when it hangs, and again with the first answer', async () => {
    const server = await ownServer();
    const store = await new Site(server).store();
    const answers: boolean[] = [];
    store.watch((answer) => answers.push(answer));
    await store.join(ann('a1'), at(0), at(60));
    server.hang();
    await expect(store.join(bob('b1'), at(1), at(60))).rejects.toThrow(/timed out/);
    expect(answers).toEqual([false]);
    server.resume();
    await vi.waitFor(async () => expect((await store.roster('room', '/classes/4')).count).toBeGreaterThan(0), 10_000);
    expect(answers).toEqual([false, true]);
    // The join that was not answered was done, or is done now: both are well.
    await store.join(bob('b1'), at(2), at(62));
    expect((await store.roster('room', '/classes/4')).users).toMatchObject([ann.user, bob.user]);
  });

  it('is not away when a script fails', async () => {
    const server = await ownServer();
    const site = new Site(server);
    const store = await site.store();
    await store.join(ann('a1'), at(0), at(60));
    const answers: boolean[] = [];
    store.watch((answer) => answers.push(answer));
    await server.client.del(`{${site.namespace}}:leases`);
    await server.client.set(`{${site.namespace}}:leases`, 'something else');
    await expect(store.join(bob('b1'), at(1), at(60))).rejects.toThrow(/WRONGTYPE/);
    expect(answers).toEqual([]);
  });

  it('is waited for from the start', async () => {
    const server = await ownServer();
    await server.stop();
    const { commands, close } = openRedis({ url: server.url }, () => undefined);
    const store = new RedisStore({ redis: commands, namespace: 'late' });
    onTestFinished(async () => {
      await store.close();
      close();
    });
    await expect(store.join(ann('a1'), at(0), at(60))).rejects.toThrow();
    await server.start();
    const join = () => store.join(ann('a1'), at(0), at(60));
    await vi.waitFor(async () => expect(await join()).toMatchObject({ cause: 'join' }), 10_000);
  });
});

describe('the clock of a site', () => {
  const HOUR = 3_600_000;
  const own = () => performance.timeOrigin + performance.now();

  it('is the same in processes whose own clocks differ', async () => {
    const site = new Site(await ownServer());
    const ahead = await site.store({ clock: () => own() + HOUR });
    const behind = await site.store({ clock: () => own() - HOUR });
    await vi.waitFor(() => {
      expect(Math.abs(ahead.now() - behind.now())).toBeLessThan(200);
      expect(Math.abs(ahead.now() - Date.now())).toBeLessThan(1_000);
    });
    expect(Number.isInteger(ahead.now())).toBe(true);
  });

  it('takes nobody out before it is set, by a clock that is hours ahead', async () => {
    const site = new Site(await ownServer());
    const store = await site.store();
    const now = store.now();
    await store.join(ann('a1'), now, now + 60_000);
    const ahead = await site.store({ clock: () => own() + HOUR });
    const first = ahead.expire(own() + HOUR);
    await expect(first).rejects.toThrow(/the clock was wrong by -3600 s/);
    await vi.waitFor(() => expect(Math.abs(ahead.now() - store.now())).toBeLessThan(1_000));
    expect(await ahead.expire(ahead.now())).toEqual([]);
    expect((await store.roster('room', '/classes/4')).count).toBe(1);
  });

  it('moves by little when it jumps after all', async () => {
    const server = await ownServer();
    let jump = 0;
    const store = await new Site(server).store({ clock: () => own() + jump });
    const heard = vi.fn();
    store.watch(heard);
    // It waits until the clock is set.
    await store.expire(store.now());
    jump = HOUR;
    const wrong = (): Millis => store.now() - own();
    expect(wrong()).toBeGreaterThan(HOUR - 1_000);
    await server.stop();
    await vi.waitFor(() => expect(heard).toHaveBeenCalledWith(false));
    await server.start();
    // Measured again with the new connection.
    await vi.waitFor(() => expect(wrong()).toBeLessThan(HOUR - 300), 10_000);
    expect(wrong()).toBeGreaterThan(HOUR - 3_000);
  });

  it('is let go of when the store closes', async () => {
    const site = new Site(await ownServer());
    const store = await site.store();
    const heard = vi.fn();
    store.watch(heard);
    await store.close();
    await site.server.stop();
    await expect(store.present()).rejects.toThrow();
    expect(heard).not.toHaveBeenCalled();
  });
});
