// The guard as a table: what comes in, and what Faye would see of it or what the sender is told.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BadRequest, createGuard, parseJson } from '../../lib/bayeux/guard.js';
import { LIMITS } from '../../lib/bayeux/limits.js';

const guard = createGuard();
const one = (message: unknown) => guard([message])[0];
const connect = { channel: '/meta/connect', clientId: 'abc', connectionType: 'websocket' };
const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));

describe('the guard', () => {
  it.each<[string, object, object]>([
    ['a publish', { channel: '/a', data: { n: 1 }, id: '7' }, { channel: '/a', data: { n: 1 }, id: '7' }],
    ['data that is null', { channel: '/a', data: null }, { channel: '/a', data: null }],
    ['a connect', { ...connect, advice: { timeout: 0 } }, { ...connect, advice: { timeout: 0 } }],
    [
      'many subscriptions',
      { channel: '/meta/subscribe', clientId: 'abc', subscription: ['/a', '/b'] },
      { channel: '/meta/subscribe', clientId: 'abc', subscription: ['/a', '/b'] },
    ],
    [
      'a handshake',
      { channel: '/meta/handshake', version: '1.0', supportedConnectionTypes: ['websocket', 'telepathy'] },
      { channel: '/meta/handshake', version: '1.0', supportedConnectionTypes: ['websocket', 'telepathy'] },
    ],
  ])('lets pass %s', (_what, raw, message) => {
    expect(one(raw)).toEqual({ message, auth: undefined });
  });

  it('rebuilds messages from known fields and keeps the claim apart', () => {
    const raw = { ...connect, ext: { a: 1 }, auth: { token: 't' }, error: 'x', successful: true, _is_auth_load: true };
    expect(one(raw)).toEqual({ message: connect, auth: { token: 't' } });
  });

  it('drops advice that is none', () => {
    expect(one({ ...connect, advice: 'x' })).toMatchObject({ message: connect });
    expect(one({ ...connect, advice: { timeout: -1, reconnect: 'none' } })).toMatchObject({ message: { advice: {} } });
  });

  it('drops __proto__ keys, at any depth', () => {
    const passed = one(JSON.parse('{"channel":"/a","data":{"__proto__":{"x":1},"b":[{"__proto__":2}]}}'));
    expect(JSON.stringify(passed)).toBe('{"message":{"channel":"/a","data":{"b":[{}]}}}');
  });

  it.each<[string, unknown, string]>([
    ['no object', 5, '400:message:'],
    ['null', null, '400:message:'],
    ['an array in an array', [], '400:message:'],
    ['nothing in it', {}, '405:channel:'],
    ['a channel that is an array', { channel: ['/foo'], data: 1 }, '405:channel:'],
    ['a channel that is an object', { channel: { toString: 1 }, data: 1 }, '405:channel:'],
    ['a channel without a slash', { channel: 'foo', data: 1 }, '405:channel:'],
    ['a channel with a newline', { channel: '/foo\n', data: 1 }, '405:channel:'],
    ['a very long channel', { channel: `/${'a'.repeat(300)}`, data: 1 }, '405:channel:'],
    ['no data', { channel: '/foo' }, '402:data:data is missing'],
    ['an id that is an object', { channel: '/foo', data: 1, id: {} }, '402:id:'],
    ['a very long id', { channel: '/foo', data: 1, id: 'x'.repeat(65) }, '402:id:'],
    ['a clientId that is an object', { ...connect, clientId: { toString: 1 } }, '402:clientId:'],
    ['no clientId', { channel: '/meta/connect', connectionType: 'websocket' }, '402:clientId:'],
    ['a connection type that is an object', { ...connect, connectionType: { toString: 1 } }, '301:connectionType:'],
    ['EventSource', { ...connect, connectionType: 'eventsource' }, '301:connectionType:'],
    ['connection types with a length only', handshake({ length: 1e12 }), '402:supportedConnectionTypes:'],
    ['connection types with a filter', handshake({ filter: 1 }), '402:supportedConnectionTypes:'],
    ['no version', { channel: '/meta/handshake', supportedConnectionTypes: ['websocket'] }, '402:version:'],
    ['too many subscriptions', subscribe(Array(51).fill('/a')), '405:subscription:'],
    ['no subscription', subscribe(undefined), '405:subscription:'],
    ['deep nesting', { channel: '/a', data: nested(3000) }, '400:message:The message is nested deeper than 16'],
    ['too many values', { channel: '/a', data: Array(2001).fill(0) }, '400:message:The message is more than 2000'],
    ['a nested id', { ...connect, id: nested(3000) }, '400:message:'],
  ])('refuses %s', (_what, raw, error) => {
    expect(one(raw)).toEqual({
      refusal: expect.objectContaining({ successful: false, error: expect.stringContaining(error) }),
    });
  });

  it('names the message that it refuses', () => {
    expect(one({ channel: '/foo', id: '9', clientId: 'abc' })).toMatchObject({
      refusal: { channel: '/foo', id: '9', clientId: 'abc', successful: false },
    });
  });

  it('refuses a batch that is too long as a whole', () => {
    expect(() => guard(Array(LIMITS.batch + 1).fill({}))).toThrow(BadRequest);
    expect(guard(Array(LIMITS.batch).fill({}))).toHaveLength(LIMITS.batch);
  });

  it('refuses text that is not JSON without repeating it', () => {
    expect(() => parseJson('{"secret')).toThrow(/^not JSON/);
  });

  it('answers anything that JSON can hold with a known shape', () => {
    const known = ['channel', 'id', 'clientId', 'data', 'version', 'minimumVersion', 'supportedConnectionTypes'].concat(
      ['connectionType', 'subscription', 'advice', 'successful', 'error'],
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), messageLike), (raw) => {
        const item = one(raw);
        const shape = item && ('message' in item ? item.message : item.refusal);
        expect(Object.keys(shape ?? { none: 1 }).filter((key) => !known.includes(key))).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });
});

function handshake(supportedConnectionTypes: unknown) {
  return { channel: '/meta/handshake', version: '1.0', supportedConnectionTypes };
}

function subscribe(subscription: unknown) {
  return { channel: '/meta/subscribe', clientId: 'abc', subscription };
}

const field = (...values: unknown[]) =>
  fc.option(fc.oneof(fc.constantFrom(...values), fc.jsonValue()), { nil: undefined });
const messageLike = fc.record({
  channel: field('/meta/handshake', '/meta/connect', '/meta/subscribe', '/meta/disconnect', '/a'),
  clientId: field('abc'),
  id: field('1', 2),
  version: field('1.0'),
  supportedConnectionTypes: field(['websocket']),
  connectionType: field('websocket'),
  subscription: field('/a', ['/a', '/b']),
  advice: field({ timeout: 0 }),
  data: field({}),
  auth: field({}),
  ext: field({}),
});
