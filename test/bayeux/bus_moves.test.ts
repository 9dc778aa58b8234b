// Clients between processes: messages find them or end, a process that ends hands over, and what throws harms nobody.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Claims } from '../../lib/bayeux/claims.js';
import type { ClientId } from '../../lib/domain.js';
import { type RedisServer, startRedis } from '../support/redis.js';
import { CHAT, deafen, type Node, soon, startNode } from './bus_scene.js';

let redis: RedisServer;
beforeEach(async () => {
  redis = await startRedis();
});
afterEach(() => redis.close());

const two = async (): Promise<[Node, Node]> => [
  await startNode({ port: redis.port }),
  await startNode({ port: redis.port }),
];

/** Ann and bob in one process: what bob has heard there waits there for ann. */
async function annAndBob({ process }: Node): Promise<[ClientId, ClientId]> {
  const [ann, bob] = [await process.handshake(), await process.handshake()];
  for (const id of [ann, bob]) await process.subscribe(id, CHAT);
  process.listen(bob);
  return [ann, bob];
}

describe('a message for a client', () => {
  it('that its process does not have, whatever is written, is passed on once', async () => {
    const [one, other] = await two();
    const bob = await one.process.handshake();
    one.process.listen(bob);
    const heard: string[] = [];
    const ear = redis.client.duplicate({ lazyConnect: false });
    ear.on('message', (_channel, text: string) => heard.push(text));
    await ear.subscribe(`{x}bus:${one.bus.node}`);
    const written = JSON.stringify({ node: one.bus.node, moves: 0, subs: {} });
    await redis.client.hset('{x:clients}records', 'ghost', written);
    other.engine.send('ghost', { channel: CHAT, data: 'to nobody' });
    // Bob's messages go the same way: they would be behind many, if one went round.
    for (const n of [1, 2, 3, 4, 5]) {
      other.engine.send(bob, { channel: CHAT, data: n });
      await soon(() => expect(one.process.heard(bob)).toHaveLength(n));
    }
    expect(heard.filter((text) => text.includes('to nobody'))).toHaveLength(2);
    ear.disconnect();
  });

  it('is behind those that are on their way, when they are too many to wait for', async () => {
    const node = await startNode({ port: redis.port, limit: 10 });
    const ann = await node.process.handshake();
    await node.process.subscribe(ann, CHAT);
    node.process.listen(ann);
    const said = ['one', 'two', 'three', 'four'];
    for (const word of said) node.process.publish(CHAT, word);
    await soon(() => expect(node.process.heard(ann)).toEqual(said));
  });
});

describe('a process that ends', () => {
  it('gives what waits for a client, and what comes until then, to the one that takes it over', async () => {
    const [one, other] = await two();
    const [ann, bob] = await annAndBob(one);
    other.process.publish(CHAT, 1);
    await soon(() => expect(one.process.heard(bob)).toEqual([1]));
    one.process.end();
    other.process.publish(CHAT, 2);
    const closed = vi.fn();
    void one.close().then(closed);
    other.process.publish(CHAT, 3);
    expect(await other.engine.claim(ann)).toBe('here');
    other.process.publish(CHAT, 4);
    other.process.listen(ann);
    await soon(() => expect(other.process.heard(ann)).toEqual([1, 2, 3, 4]));
    await soon(() => expect(closed).toHaveBeenCalled());
    expect([...one.process.told, ...other.process.told].filter((told) => told.startsWith('disconnect'))).toEqual([]);
  });

  it('waits for nobody when there is no other', async () => {
    const node = await startNode({ port: redis.port });
    const ann = await node.process.handshake();
    await node.process.subscribe(ann, CHAT);
    node.process.publish(CHAT, 'for ann');
    const began = performance.now();
    await node.close();
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('gives its clients away, who miss nothing until their pages come back', async () => {
    const [one, other] = await two();
    const third = await startNode({ port: redis.port });
    const [ann, bob] = await annAndBob(one);
    const carol = await one.process.handshake();
    await one.process.subscribe(carol, CHAT);
    other.process.publish(CHAT, 'before');
    await soon(() => expect(one.process.heard(bob)).toEqual(['before']));
    await one.close();
    other.process.publish(CHAT, 'meanwhile');
    await other.process.destroy(bob);
    for (const id of [ann, carol]) {
      expect(await third.engine.claim(id)).toBe('here');
      third.process.listen(id);
      await soon(() => expect(third.process.heard(id)).toEqual(['before', 'meanwhile']));
    }
    expect(one.given.toSorted()).toEqual([ann, bob, carol].toSorted());
  });

  it('gives nobody to another that ends in that moment', async () => {
    const [one, other] = await two();
    const third = await startNode({ port: redis.port });
    const ids = [...(await annAndBob(one)), ...(await annAndBob(other))];
    await Promise.all([one.close(), other.close()]);
    third.process.publish(CHAT, 'meanwhile');
    for (const id of ids) {
      await soon(() => expect(third.engine.subscriptions(id)).toEqual([CHAT]));
      third.process.listen(id);
      await soon(() => expect(third.process.heard(id)).toContain('meanwhile'));
    }
  });

  it('gives nobody to another that ended since the living were asked for', async () => {
    const [one, other] = await two();
    const ann = await one.process.handshake();
    expect(await one.bus.directory.others()).toEqual([other.bus.node]);
    await other.close();
    await one.bus.directory.give(ann, other.bus.node, 60_000);
    const written = await redis.client.hget('{x:clients}records', ann);
    expect(JSON.parse(written ?? '{}')).toMatchObject({ node: one.bus.node, moves: 0 });
  });

  it('takes nobody back who comes to it once more', async () => {
    const [one, other] = await two();
    const [, bob] = await annAndBob(one);
    const began = performance.now();
    await one.bus.close();
    expect(performance.now() - began).toBeLessThan(2_000);
    other.process.publish(CHAT, 'meanwhile');
    other.process.listen(bob);
    await soon(() => expect(other.process.heard(bob)).toEqual(['meanwhile']));
    expect(one.given.filter((id) => id === bob)).toHaveLength(1);
  });

  it('keeps nobody for long who does not come back', async () => {
    let now = 0;
    const [one, other] = [await startNode({ port: redis.port }), await startNode({ port: redis.port, now: () => now })];
    const [ann, bob] = await annAndBob(one);
    await one.close();
    await soon(() => expect(other.engine.subscriptions(bob)).toEqual([CHAT]));
    now = 10_000;
    other.engine.ping(bob);
    now = 15_000;
    other.engine.sweep(now);
    await soon(() => expect(other.process.told).toContain(`disconnect ${ann}`));
    expect(other.engine.subscriptions(bob)).toEqual([CHAT]);
  });

  it('leaves those where they are who came to another in that moment', async () => {
    const [one, other] = await two();
    const third = await startNode({ port: redis.port });
    const ids = [];
    for (let n = 0; n < 20; n++) ids.push(await one.process.handshake());
    const claims = ids.map((id) => other.engine.claim(id));
    await Promise.all([one.close(), ...claims]);
    const told = vi.fn();
    await third.close().then(told);
    expect(told).toHaveBeenCalled();
    for (const id of ids) expect(await other.engine.claim(id)).toBe('here');
    expect(new Set(third.given).size).toBe(third.given.length);
    expect(other.given).toEqual([]);
  });
});

describe('a claim', () => {
  const entry = { channels: [] };
  it('of a client that went on before it was answered is not known now', async () => {
    const claims: Claims = new Claims({
      claim: async (id) => {
        claims.marked(id);
        return entry;
      },
      install: vi.fn(),
      has: () => false,
    });
    expect(await claims.claim('a1')).toBe('away');
  });
});

describe('what a listener of the host throws', () => {
  it('when a client is taken from this process is told, and harms nobody', async () => {
    const [one] = await two();
    const ann = await one.process.handshake();
    one.given.push = () => {
      throw new Error('a listener of the host');
    };
    await redis.client.hdel('{x:clients}records', ann);
    await one.process.destroy(ann);
    expect(one.errors).toEqual(['a listener of the host']);
  });
});

describe('what a process is asked of a client that it is just taking over', () => {
  it('is true there: the client subscribes', async () => {
    const [one, other] = await two();
    const ann = await one.process.handshake();
    const claimed = other.engine.claim(ann);
    await other.process.subscribe(ann, CHAT);
    expect(await claimed).toBe('here');
    other.process.listen(ann);
    one.process.publish(CHAT, 'hello');
    await soon(() => expect(other.process.heard(ann)).toEqual(['hello']));
  });

  it('is true there: the client does not subscribe any more', async () => {
    const [one, other] = await two();
    const [ann, bob] = await annAndBob(one);
    const claimed = other.engine.claim(ann);
    await new Promise<void>((done) => other.engine.unsubscribe(ann, CHAT, () => done()));
    expect(await claimed).toBe('here');
    other.process.listen(ann);
    one.process.publish(CHAT, 'hello');
    await soon(() => expect(one.process.heard(bob)).toEqual(['hello']));
    one.engine.send(ann, { channel: CHAT, data: 'for ann' });
    await soon(() => expect(other.process.heard(ann)).toEqual(['for ann']));
  });

  it('is true there: who the client is', async () => {
    const [one, other] = await two();
    const ann = await one.process.handshake();
    const claimed = other.engine.claim(ann);
    await other.engine.save(ann, 'ann of classes/4');
    expect(await claimed).toBe('here');
    await soon(() => expect(other.sessions.get(ann)).toBe('ann of classes/4'));
  });

  it('is true there: the client goes', async () => {
    const [one, other] = await two();
    const [ann, bob] = await annAndBob(one);
    const claimed = other.engine.claim(ann);
    await other.process.destroy(ann);
    await claimed;
    other.process.publish(CHAT, 'hello');
    await soon(() => expect(one.process.heard(bob)).toEqual(['hello']));
    await soon(() => expect(other.given).toContain(ann));
  });
});

describe('a client that asks its own process what it asked another the contrary of', () => {
  it('subscribes, though the end of its subscription comes to there after that', async () => {
    const [one, other] = await two();
    const [ann] = await annAndBob(one);
    one.process.listen(ann);
    const hear = deafen(one);
    await other.process.unsubscribe(ann, CHAT);
    await one.process.subscribe(ann, CHAT);
    hear();
    other.process.publish(CHAT, 'hello');
    await soon(() => expect(one.process.heard(ann)).toEqual(['hello']));
    for (const event of ['subscribe', 'unsubscribe']) {
      const told = [one, other].map(({ process }) => process.times(`${event} ${ann} ${CHAT}`));
      expect(told).toEqual(event === 'subscribe' ? [2, 0] : [0, 1]);
    }
  });

  it('does not subscribe any more, though its subscription comes to there after that', async () => {
    const [one, other] = await two();
    const [ann, bob] = [await one.process.handshake(), await one.process.handshake()];
    await one.process.subscribe(bob, CHAT);
    for (const id of [ann, bob]) one.process.listen(id);
    const hear = deafen(one);
    await other.process.subscribe(ann, CHAT);
    await one.process.unsubscribe(ann, CHAT);
    hear();
    other.process.publish(CHAT, 'hello');
    await soon(() => expect(one.process.heard(bob)).toEqual(['hello']));
    expect(one.process.heard(ann)).toEqual([]);
  });
});
