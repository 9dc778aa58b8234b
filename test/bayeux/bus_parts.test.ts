// The small parts of the bus: what is on its way, how it is written, and on which channels a message is heard.
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { expand } from '../../lib/bayeux/channels.js';
import { bodyOf, letterOf } from '../../lib/bayeux/markers.js';
import { plainError } from '../../lib/bayeux/plain_error.js';
import { Tidings } from '../../lib/bayeux/tidings.js';
import { Unreturned } from '../../lib/bayeux/unreturned.js';
import { Unsaid } from '../../lib/bayeux/unsaid.js';

const Channel = createRequire(import.meta.url)('faye/src/protocol/channel') as { expand(name: string): string[] };
const letter = (json: string) => ({ channel: '/classes/4/chat', json });

describe('a message that is on its way', () => {
  it('is delivered once: when it comes back, or when it does not', () => {
    const unreturned = new Unreturned(1_000);
    const numbers = ['"a"', '"b"', '"c"'].map((json, n) => unreturned.add(letter(json), n));
    expect(unreturned.take(numbers[1] ?? 0)).toMatchObject(letter('"b"'));
    expect([...unreturned.takeBefore(2)]).toMatchObject([letter('"a"')]);
    expect([...unreturned.takeBefore(Number.POSITIVE_INFINITY)]).toMatchObject([letter('"c"')]);
    for (const number of numbers) expect(unreturned.take(number)).toBeUndefined();
  });

  it('takes room, which is bounded, until it is delivered', () => {
    const unreturned = new Unreturned(10);
    const number = unreturned.add(letter('"eleven text"'), 0);
    expect(unreturned.full).toBe(true);
    unreturned.take(number);
    expect(unreturned.full).toBe(false);
  });

  it('is read as it was written', () => {
    const text = 'mnode 12\n/classes/4/chat\n{"data":"two\\nlines"}';
    const { body, ...head } = bodyOf(text);
    expect(head).toEqual({ kind: 'm', from: 'node', number: 12 });
    expect(letterOf(body)).toEqual(letter('{"data":"two\\nlines"}'));
  });

  it('is heard on the same channels as with Faye', () => {
    const segment = fc.stringMatching(/^[a-z0-9_-]{1,4}$/);
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 6 }), (segments) => {
        const name = `/${segments.join('/')}`;
        expect(expand(name).sort()).toEqual(Channel.expand(name).sort());
      }),
    );
  });
});

describe('tidings', () => {
  const onOverflow = vi.fn();
  afterEach(() => onOverflow.mockClear());

  /** Tidings that keep three, and cannot be sent. `told`: the clients of the last that was tried. */
  const unreachable = () => {
    const send = vi.fn(async (_body: string): Promise<unknown> => Promise.reject(new Error('Redis is away')));
    const told = () =>
      (JSON.parse(send.mock.lastCall?.[0] ?? '[]') as [string, { id: string }][]).map(([, { id }]) => id);
    return { tidings: new Tidings({ send, limit: 3, onOverflow }), send, told };
  };

  it('of one turn go together, and each listener hears its kind', async () => {
    const kicked = vi.fn();
    const other = new Tidings({ send: vi.fn(), onOverflow });
    other.on('kick', kicked);
    const send = vi.fn(async (body: string) => other.hear(body));
    const tidings = new Tidings({ send, onOverflow });
    tidings.tell('kick', { id: 'a1', until: 1 });
    tidings.tell('kick', { id: 'b1', until: 2 });
    await vi.waitFor(() => expect(send).toHaveBeenCalledTimes(1));
    expect(kicked.mock.calls).toEqual([[{ id: 'a1', until: 1 }], [{ id: 'b1', until: 2 }]]);
  });

  it('go at once when something follows that depends on them', () => {
    const send = vi.fn(async () => 1);
    const tidings = new Tidings({ send, onOverflow });
    tidings.tell('kick', { id: 'a1', until: 1 });
    tidings.flush();
    expect(send).toHaveBeenCalledTimes(1);
  });

  it('that could not be sent are sent again, in order', async () => {
    const { tidings, send, told } = unreachable();
    for (const id of ['a1', 'b1', 'c1']) {
      tidings.tell('kick', { id, until: 1 });
      tidings.flush();
    }
    await vi.waitFor(() => expect(send).toHaveBeenCalledTimes(3));
    await Promise.allSettled(send.mock.results.map(({ value }) => value));
    send.mockResolvedValue(1);
    tidings.again();
    expect(told()).toEqual(['a1', 'b1', 'c1']);
    tidings.again();
    expect(send).toHaveBeenCalledTimes(4);
  });

  it('are not kept without end: the oldest go, and that is told once', async () => {
    const { tidings, send, told } = unreachable();
    for (const id of ['a1', 'b1', 'c1', 'c2', 'c3']) {
      tidings.tell('kick', { id, until: 1 });
      tidings.flush();
    }
    await vi.waitFor(() => expect(onOverflow).toHaveBeenCalledTimes(1));
    send.mockResolvedValue(1);
    tidings.again();
    expect(told()).toEqual(['c1', 'c2', 'c3']);
  });

  it('of a kind that is not known here are passed over', () => {
    const kicked = vi.fn();
    const tidings = new Tidings({ send: vi.fn(), onOverflow });
    tidings.on('kick', kicked);
    tidings.hear(
      JSON.stringify([
        ['weather', 'rain'],
        ['kick', { id: 'a1', until: 1 }],
      ]),
    );
    expect(kicked.mock.calls).toEqual([[{ id: 'a1', until: 1 }]]);
  });
});

describe('what is to be said of clients', () => {
  it('is taken in the order in which it came, so many at once', () => {
    const unsaid = new Unsaid();
    for (const id of ['a1', 'b1', 'c1', 'a1']) unsaid.add(id);
    expect(unsaid.take(2).map(([id]) => id)).toEqual(['a1', 'b1']);
    expect(unsaid.take(2).map(([id]) => id)).toEqual(['c1']);
    expect(unsaid.size).toBe(0);
  });

  it('and could not be, is put back under what came meanwhile', () => {
    const unsaid = new Unsaid();
    unsaid.add('a1').subs = new Map([
      ['/x', true],
      ['/y', true],
    ]);
    unsaid.add('a1').isNew = true;
    const taken = unsaid.take(1);
    unsaid.add('a1').subs = new Map([['/x', false]]);
    for (const [id, news] of taken) unsaid.putBack(id, news);
    expect(unsaid.delete('a1')).toEqual({
      isNew: true,
      identified: false,
      subs: new Map([
        ['/x', false],
        ['/y', true],
      ]),
    });
  });
});

describe('an error of Redis', () => {
  it('is told without its command, in which clientIds are', () => {
    const error = Object.assign(new Error('OOM command not allowed'), { command: { name: 'hset', args: ['secret'] } });
    expect(JSON.stringify({ ...plainError(error), message: plainError(error).message })).not.toContain('secret');
  });
});
