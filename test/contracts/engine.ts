// The contract of an engine: what Faye's documentation of the interface, and its memory engine, promise.
// https://faye.jcoglan.com/node/engines.html
import { describe, expect, it, vi } from 'vitest';
import { type EngineKind, processes, TIMEOUT } from './engine_scene.js';

export type Sentence = (name: string, body: () => Promise<void>) => void;

export function sentencesOf({ wavers = [] }: EngineKind): Sentence {
  return (name, body) => {
    if (!wavers.includes(name)) it(name, body);
  };
}

const CHAT = '/classes/4/chat';
const soon = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 8_000, interval: 10 });

/** For engines that are also sure: faye-redis loses one now and then, which is nothing that a test could rely on. */
export function sureContract(kind: EngineKind): void {
  it('loses nothing, and keeps the order, while a client polls again and again', async () => {
    const [server] = await processes(kind, 1);
    const ann = (await server?.handshake()) ?? '';
    await server?.subscribe(ann, CHAT);
    server?.listen(ann);
    const numbers = Array.from({ length: 500 }, (_, n) => n);
    for (const n of numbers) {
      server?.publish(CHAT, n);
      if (n % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await soon(() => expect(server?.heard(ann)).toEqual(numbers));
  });
}

export function engineContract(kind: EngineKind): void {
  const says = sentencesOf(kind);
  const alone = async () => {
    const [server] = await processes(kind, 1);
    if (!server) throw new Error('no process');
    return server;
  };

  describe('a client', () => {
    says('gets an id of its own, and the handshake is told', async () => {
      const server = await alone();
      const [ann, bob] = [await server.handshake(), await server.handshake()];
      expect(ann).not.toBe(bob);
      expect(server.told).toEqual([`handshake ${ann}`, `handshake ${bob}`]);
    });

    says('is known from then on, and nobody else is', async () => {
      const server = await alone();
      expect(await server.knows(await server.handshake())).toBe(true);
      expect(await server.knows('mallory')).toBe(false);
    });

    says('without an id is not known', async () => {
      expect(await (await alone()).knows(undefined)).toBe(false);
    });
  });

  describe('a subscription', () => {
    says('is told once, however often it is asked for', async () => {
      const server = await alone();
      const ann = await server.handshake();
      await server.subscribe(ann, CHAT);
      await server.subscribe(ann, CHAT);
      expect(server.times(`subscribe ${ann} ${CHAT}`)).toBe(1);
    });

    says('ends once, and is told', async () => {
      const server = await alone();
      const ann = await server.handshake();
      await server.subscribe(ann, CHAT);
      await server.unsubscribe(ann, CHAT);
      await server.unsubscribe(ann, CHAT);
      expect(server.times(`unsubscribe ${ann} ${CHAT}`)).toBe(1);
      server.listen(ann);
      server.publish(CHAT, 'not for ann');
      await server.subscribe(ann, '/done');
      server.publish('/done', 'done');
      await soon(() => expect(server.heard(ann)).toEqual(['done']));
    });
  });

  describe('a message', () => {
    says('reaches who subscribes to its channel, and nobody else', async () => {
      const server = await alone();
      const [ann, bob] = [await server.handshake(), await server.handshake()];
      await server.subscribe(ann, CHAT);
      await server.subscribe(bob, '/classes/5/chat');
      server.listen(ann);
      server.listen(bob);
      server.publish(CHAT, 'hi');
      server.publish('/classes/5/chat', 'hi, 5');
      await soon(() => expect(server.heard(bob)).toEqual(['hi, 5']));
      await soon(() => expect(server.heard(ann)).toEqual(['hi']));
    });

    says('reaches who subscribes to a wildcard that takes it in', async () => {
      const server = await alone();
      const patterns = ['/**', '/classes/**', '/classes/4/**', '/classes/4/*', '/classes/*', '/courses/**'];
      const ids = await Promise.all(patterns.map(() => server.handshake()));
      for (const [i, id] of ids.entries()) {
        await server.subscribe(id, patterns[i] ?? '');
        await server.subscribe(id, '/done');
        server.listen(id);
      }
      server.publish(CHAT, 'hi');
      server.publish('/done', 'done');
      const both = ['hi', 'done'];
      await soon(() => {
        const expected = [both, both, both, both, ['done'], ['done']];
        expect(ids.map((id) => server.heard(id))).toEqual(expected);
      });
    });

    says('reaches a client once, though several of its channels take it in', async () => {
      const server = await alone();
      const ann = await server.handshake();
      for (const channel of [CHAT, '/classes/4/*', '/classes/**', '/**']) await server.subscribe(ann, channel);
      server.listen(ann);
      server.publish(CHAT, 'once');
      server.publish(CHAT, 'then');
      await soon(() => expect(server.heard(ann)).toEqual(['once', 'then']));
    });

    says('is told once, with whose it is', async () => {
      const server = await alone();
      const ann = await server.handshake();
      server.publish(CHAT, { text: 'hi' }, ann);
      server.publish(CHAT, { text: 'hi' }, ann);
      await soon(() => expect(server.times(`publish ${ann} ${CHAT} {"text":"hi"}`)).toBe(2));
    });

    says('does not tell its receivers the id of its sender, which is a secret', async () => {
      const server = await alone();
      const [ann, bob] = [await server.handshake(), await server.handshake()];
      await server.subscribe(bob, CHAT);
      server.listen(bob);
      server.publish(CHAT, 'hi', ann);
      await soon(() => expect(server.heard(bob)).toEqual(['hi']));
      expect(JSON.stringify(server.received.get(bob))).not.toContain(ann);
    });

    says('comes after those that were published before it', async () => {
      const server = await alone();
      const ann = await server.handshake();
      await server.subscribe(ann, CHAT);
      const numbers = Array.from({ length: 200 }, (_, n) => n);
      for (const n of numbers) server.publish(CHAT, n);
      server.listen(ann);
      await soon(() => expect(server.heard(ann)).toEqual(numbers));
    });

    says('waits for a client that has no connection, and comes with its next one, once', async () => {
      const server = await alone();
      const ann = await server.handshake();
      await server.subscribe(ann, CHAT);
      server.publish(CHAT, 1);
      server.publish(CHAT, 2);
      server.listen(ann);
      await soon(() => expect(server.heard(ann)).toEqual([1, 2]));
      server.publish(CHAT, 3);
      await soon(() => expect(server.heard(ann)).toEqual([1, 2, 3]));
    });

    says('is each receiver’s own, and stays the sender’s as it was', async () => {
      const server = await alone();
      const [ann, bob] = [await server.handshake(), await server.handshake()];
      for (const id of [ann, bob]) await server.subscribe(id, CHAT);
      const message = { channel: CHAT, clientId: ann, data: { list: [1] } };
      server.say(message);
      server.listen(ann);
      await soon(() => expect(server.heard(ann)).toEqual([{ list: [1] }]));
      for (const { list } of server.heard(ann) as { list: number[] }[]) list.push(2);
      server.listen(bob);
      await soon(() => expect(server.heard(bob)).toEqual([{ list: [1] }]));
      expect(message).toEqual({ channel: CHAT, clientId: ann, data: { list: [1] } });
    });
  });

  describe('the end of a client', () => {
    says('is told, after the end of its subscriptions', async () => {
      const server = await alone();
      const ann = await server.handshake();
      await server.subscribe(ann, CHAT);
      await server.destroy(ann);
      await soon(() => expect(server.told.slice(-2)).toEqual([`unsubscribe ${ann} ${CHAT}`, `disconnect ${ann}`]));
      expect(await server.knows(ann)).toBe(false);
    });

    says('is told once, though two ask for it', async () => {
      const server = await alone();
      const [ann, bob] = [await server.handshake(), await server.handshake()];
      void server.destroy(ann);
      void server.destroy(ann);
      await server.destroy(bob);
      await soon(() => expect(server.times(`disconnect ${ann}`)).toBe(1));
      expect(server.times(`disconnect ${ann}`)).toBe(1);
    });

    says('answers the poll that it holds', async () => {
      const server = await alone();
      const ann = await server.handshake();
      const poll = server.poll(ann);
      await server.destroy(ann);
      expect(await poll).toEqual([]);
    });

    says('comes when it was not heard for two time-outs, and is told once', async () => {
      const [server] = await processes(kind, 1, TIMEOUT);
      const ann = (await server?.handshake()) ?? '';
      await server?.subscribe(ann, CHAT);
      await soon(() => expect(server?.told.slice(-1)).toEqual([`disconnect ${ann}`]));
      expect(await server?.knows(ann)).toBe(false);
      expect(server?.times(`unsubscribe ${ann} ${CHAT}`)).toBe(1);
    });

    says('does not come while it is heard', async () => {
      const [server] = await processes(kind, 1, TIMEOUT);
      const [ann, bob] = [(await server?.handshake()) ?? '', (await server?.handshake()) ?? ''];
      server?.listen(ann);
      await soon(() => expect(server?.told).toContain(`disconnect ${bob}`));
      expect(server?.told).not.toContain(`disconnect ${ann}`);
    });
  });
}
