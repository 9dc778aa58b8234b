// The Redis store, when answers are lost or Redis takes up an older copy of itself: nobody is left with what is not so.
import { describe, expect, it, vi } from 'vitest';
import type { Millis } from '../../lib/domain.js';
import { ann, bob, carol, person } from '../support/people.js';
import { connect, ownRedis, Site } from './redis_site.js';

const server = ownRedis();
const start = Date.now();
const at = (seconds: number): Millis => start + seconds * 1000;

describe('a Redis that takes up an older copy', () => {
  it('begins another epoch, and lets those who came after the copy go on from their old beginning', async () => {
    const store = await new Site(server()).store();
    await store.join(ann('a1'), at(0), at(600));
    await server().client.save();
    const late = await store.join(bob('b1'), at(20), at(600));
    const before = (late?.steps ?? []).map(({ kind, channel, since, epoch }) => ({ kind, channel, since, epoch }));
    await server().stop();
    await server().start();
    await vi.waitFor(() => store.expire(at(30)));
    const roster = await store.roster('room', '/classes/4');
    expect(roster).toMatchObject({ count: 1, users: [ann.user] });
    expect(roster.epoch).not.toBe(late?.steps[0]?.epoch);
    const again = await store.join(bob('b1'), at(31), at(600), before);
    expect(again).toMatchObject({ cause: 'again', steps: [{ since: at(20) }, { since: at(20) }] });
  });

  it('keeps its epochs while nothing is lost', async () => {
    const store = await new Site(server()).store();
    const first = await store.join(ann('a1'), at(0), at(600));
    const second = await store.join(carol('c1'), at(1), at(600));
    await store.expire(at(2));
    expect(second?.steps[0]?.epoch).toBe(first?.steps[0]?.epoch);
  });
});

describe('a change', () => {
  it('is told to other processes by the step that makes it, without the clientId', async () => {
    const { redis, close } = await connect(server());
    const heard: string[] = [];
    redis.on('message', (_channel, message) => heard.push(message));
    await redis.subscribe('news');
    const store = await new Site(server()).store({ tell: { channel: 'news', prefix: 'from me\n[["changes",' } });
    const change = await store.join(ann('a-secret'), at(0), at(60));
    await vi.waitFor(() => expect(heard).toHaveLength(1));
    const [first = ''] = heard;
    expect(first).toMatch(/^from me\n/);
    expect(JSON.parse(first.slice(first.indexOf('\n') + 1))).toEqual([['changes', { ...change, id: change?.key }]]);
    expect(first).not.toContain('a-secret');
    close();
  });
});

describe('leases of very many clients', () => {
  it('come to Redis before what is said of one of them later', async () => {
    const site = new Site(server());
    const store = await site.store();
    const ids = Array.from({ length: 1_200 }, (_, n) => `t${n}`);
    await Promise.all(ids.map((id, n) => store.join(person(`u${n}`, `u${n}`)(id), at(0), at(60))));
    const all = store.renew(ids.map((id) => ({ id, seen: at(5), ends: at(65) })));
    const one = store.renew([{ id: 't1199', seen: at(4), ends: at(7) }]);
    await Promise.all([all, one]);
    expect(await store.expire(at(7))).toMatchObject([{ id: 't1199', at: at(4) }]);
  });
});
