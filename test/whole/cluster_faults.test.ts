// Redis dies, hangs and loses connections under several processes: messages go on inside each, and afterwards between them.
import { describe, expect, it, vi } from 'vitest';
import { CHAT, type Cluster, heardByAll, startCluster } from '../support/cluster.js';
import { Tab } from '../support/tab.js';

const soon = (check: () => void | Promise<void>): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 20 });

/** Ann on one server, bob on another, who hear each other. */
async function annAndBob(options = {}): Promise<{ cluster: Cluster; ann: Tab; bob: Tab }> {
  const cluster = await startCluster(2, options);
  const [ann, bob] = [await cluster.tab(0, 'ann'), await cluster.tab(1, 'bob')];
  return { cluster, ann, bob };
}

const say = (cluster: Cluster, number: number, word: string): void => cluster.house(number).online.publish(CHAT, word);

async function bothHear(tabs: readonly Tab[], words: readonly string[]): Promise<void> {
  await soon(() => {
    for (const tab of tabs) expect(tab.on(CHAT)).toEqual(words);
  });
}

describe('while Redis is dead', () => {
  it('messages go on in each process; back and empty, it is told of everybody, and nobody shakes hands again', async () => {
    const { cluster, ann, bob } = await annAndBob();
    say(cluster, 0, 'before');
    await bothHear([ann, bob], ['before']);

    await cluster.redis.stop();
    say(cluster, 0, 'to ann');
    say(cluster, 1, 'to bob');
    await soon(() =>
      expect([ann.on(CHAT), bob.on(CHAT)]).toEqual([
        ['before', 'to ann'],
        ['before', 'to bob'],
      ]),
    );
    // Who comes now is let in too.
    const carol = await cluster.tab(1, 'carol');
    say(cluster, 1, 'to bob and carol');
    await soon(() => expect(carol.on(CHAT)).toEqual(['to bob and carol']));

    await cluster.redis.start();
    await heardByAll(cluster);
    say(cluster, 0, 'to all');
    await soon(() => {
      expect(ann.on(CHAT)).toEqual(['before', 'to ann', 'to all']);
      expect(bob.on(CHAT)).toEqual(['before', 'to bob', 'to bob and carol', 'to all']);
      expect(carol.on(CHAT)).toEqual(['to bob and carol', 'to all']);
    });
    // Ann, bob, carol, and the two who listened whether all is well.
    expect(cluster.told('handshake')).toBe(5);
    await soon(() => expect(cluster.told('disconnect')).toBe(2));
  });

  it('a client that goes is gone once, and one that polls elsewhere keeps its clientId', async () => {
    const { cluster, ann, bob } = await annAndBob();
    await cluster.redis.stop();
    await ann.disconnect();
    await soon(() => expect(cluster.told('disconnect')).toBe(1));
    const poll = async (): Promise<Record<string, unknown> | undefined> => {
      const message = { channel: '/meta/connect', connectionType: 'long-polling', clientId: bob.clientId };
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify([{ ...message, advice: { timeout: 0 } }]);
      const answer = await fetch(cluster.house(0).faye, { method: 'POST', headers, body });
      return ((await answer.json()) as Record<string, unknown>[])[0];
    };
    await soon(async () => expect(await poll()).toMatchObject({ successful: false, advice: { reconnect: 'retry' } }));
    await cluster.redis.start();
    await soon(async () => {
      const reply = await poll();
      expect(reply?.advice).toMatchObject({ reconnect: 'retry' });
      expect(reply).toMatchObject({ successful: true });
    });
    await soon(() => expect(bob.closed).toBe(true));
    expect(cluster.told('disconnect')).toBe(1);
  });
});

describe('while Redis hangs', () => {
  it('messages go on in each process after a moment, and come once everywhere', async () => {
    const { cluster, ann, bob } = await annAndBob();
    cluster.redis.hang();
    say(cluster, 0, 'into the void');
    // Ann's process waits for Redis for two seconds, and then no more.
    await soon(() => expect(ann.on(CHAT)).toEqual(['into the void']));
    say(cluster, 1, 'to bob');
    await soon(() => expect(bob.on(CHAT)).toEqual(['to bob']));
    cluster.redis.resume();
    await heardByAll(cluster);
    say(cluster, 0, 'to all');
    // What was on its way when Redis hung comes late to the other process, and only there.
    await soon(() => expect([ann, bob].map((tab) => tab.on(CHAT).at(-1))).toEqual(['to all', 'to all']));
    expect(bob.on(CHAT)).toEqual(['to bob', 'into the void', 'to all']);
    expect(ann.on(CHAT).filter((word) => word !== 'to bob')).toEqual(['into the void', 'to all']);
    expect(ann.on(CHAT).filter((word) => word === 'to bob').length).toBeLessThan(2);
    expect(cluster.told('disconnect')).toBe(2);
  });
});

describe('when Redis loses', () => {
  it.each(['pubsub', 'normal'])('%s connections, they are made anew, and nobody is gone', async (type) => {
    const { cluster, ann, bob } = await annAndBob();
    say(cluster, 0, 'before');
    await bothHear([ann, bob], ['before']);
    await cluster.redis.client.call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes');
    await heardByAll(cluster);
    say(cluster, 1, 'after');
    await bothHear([ann, bob], ['before', 'after']);
    expect(cluster.told('handshake')).toBe(4);
    await soon(() => expect(cluster.told('disconnect')).toBe(2));
  });

  it('all that it knew, it is told again, and clients may still change process', async () => {
    const { cluster, ann } = await annAndBob();
    await cluster.redis.client.flushall();
    const elsewhere = await Tab.open(cluster.house(1).faye);
    elsewhere.clientId = ann.clientId;
    await soon(() => {
      elsewhere.connect();
      expect(ann.closed).toBe(true);
    });
    say(cluster, 0, 'hi');
    await elsewhere.until(() => elsewhere.on(CHAT).includes('hi'));
    expect(cluster.told('disconnect')).toBe(0);
  });

  it('a process, its clients go on in another', async () => {
    const { cluster, ann, bob } = await annAndBob();
    await cluster.house(0).close();
    const elsewhere = await Tab.open(cluster.house(1).faye);
    elsewhere.clientId = ann.clientId;
    elsewhere.connect();
    expect(await elsewhere.ask({ channel: CHAT, data: 'I am ann' })).toMatchObject({ successful: true });
    await bothHear([elsewhere, bob], ['I am ann']);
    expect(cluster.told('disconnect')).toBe(0);
  });

  it('a process, what was said while it ended is not lost to a page that was not connected', async () => {
    const { cluster, ann, bob } = await annAndBob();
    const carol = await cluster.tab(0, 'carol');
    ann.cut();
    await soon(() => expect(cluster.house(0).online.hasConnection(ann.clientId)).toBe(false));
    say(cluster, 1, 'before');
    await bothHear([bob, carol], ['before']);
    const closed = cluster.house(0).close();
    await soon(() => expect(carol.closed).toBe(true));
    say(cluster, 1, 'meanwhile');
    await bothHear([bob], ['before', 'meanwhile']);
    const elsewhere = await Tab.open(cluster.house(1).faye);
    elsewhere.clientId = ann.clientId;
    elsewhere.connect();
    await bothHear([elsewhere], ['before', 'meanwhile']);
    await closed;
    say(cluster, 1, 'after');
    await bothHear([elsewhere, bob], ['before', 'meanwhile', 'after']);
  });
});
