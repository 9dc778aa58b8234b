// Processes that do not hear Redis for a while, or that Redis does not hear: who is whose afterwards.
import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { redisEngine } from '../../lib/bayeux/redis_engine.js';
import type { ClientId } from '../../lib/domain.js';
import { freePort } from '../support/ports.js';
import { startProxy } from '../support/proxy.js';
import { type RedisServer, startRedis } from '../support/redis.js';
import { answering, CHAT, type Node, soon, startNode } from './bus_scene.js';

const FayeAdapter = (
  createRequire(import.meta.url)('faye') as { NodeAdapter: new (options: object) => { close(): void } }
).NodeAdapter;

let redis: RedisServer;
beforeEach(async () => {
  redis = await startRedis();
});
afterEach(() => redis.close());

const handshakes = (node: Node, count: number): Promise<ClientId[]> =>
  Promise.all(Array.from({ length: count }, () => node.process.handshake()));
const ends = ({ process }: Node): string[] => process.told.filter((told) => told.startsWith('disconnect'));
const record = async (id: ClientId): Promise<string | null> => redis.client.hget('{x:clients}records', id);

/** Ann's process hears Redis once more, and has said who is there. */
async function cutOff({ commands, subscriber, bus }: Node, meanwhile: () => Promise<unknown>): Promise<void> {
  for (const client of [commands, subscriber]) client.disconnect();
  await answering(bus, false);
  await meanwhile();
  await Promise.all([commands, subscriber].map((client) => client.connect()));
  await answering(bus);
}

describe('a connection to Redis', () => {
  it('on which nothing comes any more is made anew', async () => {
    const proxy = await startProxy(redis.port);
    const node = await startNode({ port: proxy.port });
    proxy.swallow();
    await answering(node.bus, false);
    await answering(node.bus);
    const ann = await node.process.handshake();
    expect(await record(ann)).not.toBeNull();
  });

  it('that listens in vain is made anew too', async () => {
    const proxy = await startProxy(redis.port);
    const node = await startNode({ port: redis.port });
    const options = { ...node.subscriber.options, port: proxy.port };
    Object.assign(node.subscriber.options, options);
    node.subscriber.disconnect(true);
    await answering(node.bus, false);
    await answering(node.bus);
    proxy.swallow();
    await answering(node.bus, false);
    expect(node.bus.answers).toBe(false);
    await answering(node.bus);
  });

  it('is no condition for Faye’s own front, which is told when there is none', async () => {
    const errors: string[] = [];
    const onError = (error: Error): void => void errors.push(error.message);
    const engine = { type: redisEngine, host: '127.0.0.1', port: await freePort(), onError };
    const adapter = new FayeAdapter({ mount: '/faye', engine });
    await soon(() => expect(errors).toContainEqual(expect.stringContaining('option "redis": it does not answer')));
    adapter.close();
  });
});

describe('when Redis is silent for longer than clients live, and has forgotten nothing', () => {
  it('nobody is thrown out by who hears it first', async () => {
    const nodes = [
      await startNode({ port: redis.port, timeout: 0.5 }),
      await startNode({ port: redis.port, timeout: 0.5 }),
    ];
    const clients = await Promise.all(nodes.map((node) => handshakes(node, 150)));
    // It is noticed after two seconds: longer than three time-outs.
    redis.hang();
    for (const { bus } of nodes) await answering(bus, false);
    redis.resume();
    for (const { bus } of nodes) await answering(bus);
    await soon(async () => expect(await redis.client.zcount('{x:clients}due', '-inf', Date.now())).toBe(0));
    expect(nodes.map((node) => [...node.given, ...ends(node)])).toEqual([[], []]);
    for (const id of clients.flat()) expect(await record(id)).not.toBeNull();
  });

  it('nor if that was so long that the processes count as dead', async () => {
    const nodes = [await startNode({ port: redis.port }), await startNode({ port: redis.port })];
    const clients = await Promise.all(nodes.map((node) => handshakes(node, 150)));
    const all = clients.flat();
    await redis.client
      .multi()
      .zadd('{x:clients}nodes', ...nodes.flatMap(({ bus }) => [1, bus.node]))
      .zadd('{x:clients}due', ...all.flatMap((id) => [1, id]))
      .set('{x:clients}born', 1)
      .exec();
    await soon(async () => expect(await redis.client.zcount('{x:clients}due', '-inf', Date.now())).toBe(0));
    expect(nodes.map((node) => [...node.given, ...ends(node)])).toEqual([[], []]);
    expect(await redis.client.hlen('{x:clients}records')).toBe(300);
  });

  it('a client that its process does not have any more is gone, once', async () => {
    const [one, other] = [await startNode({ port: redis.port }), await startNode({ port: redis.port })];
    const written = JSON.stringify({ node: one.bus.node, moves: 0, subs: { [CHAT]: 1 } });
    await redis.client.multi().hset('{x:clients}records', 'ghost', written).zadd('{x:clients}due', 1, 'ghost').exec();
    await soon(async () => expect(await record('ghost')).toBeNull());
    expect(one.process.told).toEqual([`unsubscribe ghost ${CHAT}`, 'disconnect ghost']);
    expect(other.process.told).toEqual([]);
  });
});

describe('a process whose clock is two minutes ahead', () => {
  it('takes nobody out', async () => {
    const one = await startNode({ port: redis.port, timeout: 25 });
    await handshakes(one, 150);
    const ahead = await startNode({ port: redis.port, timeout: 25, now: () => Date.now() + 120_000 });
    const ann = await ahead.process.handshake();
    await redis.client.zadd('{x:clients}due', 1, ann);
    // Its heartbeats have looked at who is over: ann is here, and renewed.
    await soon(async () => expect(Number(await redis.client.zscore('{x:clients}due', ann))).toBeGreaterThan(1));
    expect([...one.given, ...ends(ahead)]).toEqual([]);
    expect(await redis.client.hlen('{x:clients}records')).toBe(151);
  });
});

describe('while a process is cut off', () => {
  it('what others wrote of its clients stays, and it learns of it', async () => {
    const [one, other] = [await startNode({ port: redis.port }), await startNode({ port: redis.port })];
    const ann = await one.process.handshake();
    await one.process.subscribe(ann, '/left');
    await cutOff(one, async () => {
      await other.process.subscribe(ann, CHAT);
      await other.process.unsubscribe(ann, '/left');
      await other.engine.save(ann, 'it is ann');
      await one.process.subscribe(ann, '/own');
    });
    await soon(() => expect([...one.engine.subscriptions(ann)].sort()).toEqual([CHAT, '/own'].sort()));
    expect(one.sessions.get(ann)).toBe('it is ann');
    expect(await other.engine.find(ann)).toEqual({
      channels: expect.arrayContaining([CHAT, '/own']),
      session: 'it is ann',
    });
    one.process.listen(ann);
    other.process.publish(CHAT, 'hi');
    await soon(() => expect(one.process.heard(ann)).toEqual(['hi']));
  });

  it('a client of its that says goodbye elsewhere is gone, once', async () => {
    const [one, other] = [await startNode({ port: redis.port }), await startNode({ port: redis.port })];
    const ann = await one.process.handshake();
    await cutOff(one, () => other.process.destroy(ann));
    await soon(() => expect(one.given).toEqual([ann]));
    expect(await other.engine.find(ann)).not.toMatchObject({ channels: [] });
    expect([...ends(one), ...ends(other)]).toEqual([`disconnect ${ann}`]);
  });

  it('who shakes hands with it is known to all afterwards', async () => {
    const [one, other] = [await startNode({ port: redis.port }), await startNode({ port: redis.port })];
    let ann = '';
    await cutOff(one, async () => {
      ann = await one.process.handshake();
    });
    await soon(async () => expect(await other.engine.find(ann)).toEqual({ channels: [] }));
    expect(one.given).toEqual([]);
  });

  it('what it tells the others is told when it is back', async () => {
    const proxy = await startProxy(redis.port);
    const [one, other] = [await startNode({ port: proxy.port }), await startNode({ port: redis.port })];
    const kicked: ClientId[] = [];
    other.bus.on('kick', ({ id }) => kicked.push(id));
    proxy.swallow();
    // Its process does not know yet that nobody hears.
    one.bus.tell('kick', { id: 'a1', until: 1 });
    await answering(one.bus, false);
    one.bus.tell('kick', { id: 'b1', until: 1 });
    // Perhaps twice, and in whatever order.
    await soon(() => expect([...new Set(kicked)].sort()).toEqual(['a1', 'b1']));
  });
});

describe('when Redis forgot everything', () => {
  it('a client that is elsewhere may be there, until all have said who is', async () => {
    const [one, other] = [await startNode({ port: redis.port }), await startNode({ port: redis.port })];
    const ann = await one.process.handshake();
    await redis.client.flushall();
    expect(await other.engine.find(ann)).toBe('away');
    await soon(async () => expect(await other.engine.find(ann)).toEqual({ channels: [] }));
    expect(one.given).toEqual([]);
  });
});
