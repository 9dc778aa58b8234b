// Replies as text: the same as JSON.stringify would give.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reply } from '../../lib/bayeux/faye.js';
import { serialize } from '../../lib/bayeux/serialize.js';

const reply = (ext?: Record<string, unknown>): Reply => ({
  channel: '/meta/subscribe',
  successful: true,
  ...(ext ? { ext } : {}),
});

const textOf = (replies: readonly Reply[]): string => Buffer.concat(serialize(replies)).toString();

describe('replies as text', () => {
  it.each([
    [[]],
    [[reply()]],
    [[reply({ presence: { v: 1, users: [{ uid: 1, uname: '"}]' }] } })]],
    [[reply({ other: 1, presence: { v: 1 } }), reply()]],
    [[reply({ other: 1 })]],
    [[reply({ presence: null })]],
  ])('say what they hold', (replies) => {
    expect(JSON.parse(textOf(replies))).toEqual(JSON.parse(JSON.stringify(replies)));
  });

  it('say it for any extension', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.option(fc.dictionary(fc.string(), fc.jsonValue())),
        (ext, presence) => {
          const replies = [reply(presence ? { ...ext, presence } : ext)];
          expect(JSON.parse(textOf(replies))).toEqual(JSON.parse(JSON.stringify(replies)));
        },
      ),
    );
  });
});
