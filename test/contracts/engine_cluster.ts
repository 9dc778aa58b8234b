// The contract of an engine, part 2: two processes that share their clients.
import { describe, expect, vi } from 'vitest';
import { sentencesOf } from './engine.js';
import { type EngineKind, type Process, processes, TIMEOUT } from './engine_scene.js';

const CHAT = '/classes/4/chat';
const soon = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 8_000, interval: 10 });
const both = (one: Process, other: Process, event: string): number => one.times(event) + other.times(event);

export function clusterContract(kind: EngineKind): void {
  const says = sentencesOf(kind);
  const two = async (timeout?: number): Promise<[Process, Process]> => {
    const [one, other] = await processes(kind, 2, timeout);
    if (!one || !other) throw new Error('no processes');
    return [one, other];
  };

  describe('two processes', () => {
    says('know one another’s clients', async () => {
      const [one, other] = await two();
      const ann = await one.handshake();
      expect(await other.knows(ann)).toBe(true);
      expect(both(one, other, `handshake ${ann}`)).toBe(1);
      await other.destroy(ann);
      await vi.waitFor(async () => expect(await one.knows(ann)).toBe(false));
    });

    says('deliver what the other publishes, and tell of it once', async () => {
      const [one, other] = await two();
      const [ann, bob] = [await one.handshake(), await other.handshake()];
      for (const id of [ann, bob]) await one.subscribe(id, CHAT);
      one.listen(ann);
      other.listen(bob);
      other.publish(CHAT, 'hi', bob);
      await soon(() => expect([one.heard(ann), other.heard(bob)]).toEqual([['hi'], ['hi']]));
      expect(both(one, other, `publish ${bob} ${CHAT} hi`)).toBe(1);
    });

    says('take subscriptions for one another’s clients, and tell of them once', async () => {
      const [one, other] = await two();
      const ann = await one.handshake();
      one.listen(ann);
      await other.subscribe(ann, CHAT);
      await one.subscribe(ann, CHAT);
      expect(both(one, other, `subscribe ${ann} ${CHAT}`)).toBe(1);
      other.publish(CHAT, 'hi');
      await soon(() => expect(one.heard(ann)).toEqual(['hi']));
      await other.unsubscribe(ann, CHAT);
      await other.subscribe(ann, '/done');
      expect(both(one, other, `unsubscribe ${ann} ${CHAT}`)).toBe(1);
      one.publish(CHAT, 'not for ann');
      one.publish('/done', 'done');
      await soon(() => expect(one.heard(ann)).toEqual(['hi', 'done']));
    });

    says('give what waits for a client to the one that it connects to', async () => {
      const [one, other] = await two();
      const ann = await one.handshake();
      await one.subscribe(ann, CHAT);
      for (const n of [1, 2, 3]) one.publish(CHAT, n);
      other.listen(ann);
      await soon(() => expect(other.heard(ann)).toEqual([1, 2, 3]));
      for (const n of [4, 5]) one.publish(CHAT, n);
      await soon(() => expect(other.heard(ann)).toEqual([1, 2, 3, 4, 5]));
    });

    says('lose, double and mix up nothing of a client that goes to and fro', async () => {
      const [one, other] = await two();
      const ann = await one.handshake();
      await one.subscribe(ann, CHAT);
      const numbers = Array.from({ length: 300 }, (_, n) => n);
      const heard: unknown[] = [];
      const publishing = (async () => {
        for (const n of numbers) {
          // Two processes have no common order: before the other speaks, all that was said is heard.
          if (n % 10 === 0) await soon(() => expect(heard.length).toBeGreaterThanOrEqual(n));
          (n % 20 < 10 ? one : other).publish(CHAT, n);
        }
      })();
      publishing.catch(() => undefined);
      const until = Date.now() + 15_000;
      for (let turn = 0; heard.length < numbers.length && Date.now() < until; turn++) {
        const messages = await (turn % 2 ? one : other).poll(ann, 2_000);
        heard.push(...messages.map(({ data }) => data));
      }
      await publishing;
      expect(heard).toEqual(numbers);
    });

    says('tell of the end of a client once, though both are asked for it', async () => {
      const [one, other] = await two();
      const [ann, bob] = [await one.handshake(), await other.handshake()];
      void one.destroy(ann);
      void other.destroy(ann);
      await one.destroy(bob);
      await soon(() => expect(both(one, other, `disconnect ${ann}`)).toBe(1));
      expect(await one.knows(ann)).toBe(false);
      expect(both(one, other, `disconnect ${ann}`)).toBe(1);
    });

    says('tell once of a client that is not heard any more', async () => {
      const [one, other] = await two(TIMEOUT);
      const ann = await one.handshake();
      other.listen(ann).stop();
      await soon(() => expect(both(one, other, `disconnect ${ann}`)).toBe(1));
    });

    says('end the clients of one that ended, once', async () => {
      const [one, other] = await two(TIMEOUT);
      const ann = await one.handshake();
      one.end();
      // Who lives has fifteen seconds to say so, when Redis has just begun.
      const told = () => expect(both(one, other, `disconnect ${ann}`)).toBe(1);
      await vi.waitFor(told, { timeout: 25_000, interval: 10 });
    });
  });
}
