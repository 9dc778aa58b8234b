// The guard for any JSON there is: what it lets through has only fields that Bayeux knows, of the right types and within the limits.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { BadRequest, createGuard } from '../../lib/bayeux/guard.js';
import { LIMITS } from '../../lib/bayeux/limits.js';

const guard = createGuard();

const channel = z
  .string()
  .max(256)
  .regex(/^\/[\x21-\x7e]*$/);
const message = z.strictObject({
  channel,
  id: z.union([z.string().min(1).max(LIMITS.id), z.number()]).optional(),
  clientId: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .optional(),
  data: z.unknown().optional(),
  version: z.string().max(16).optional(),
  minimumVersion: z.string().max(16).optional(),
  supportedConnectionTypes: z.array(z.string().max(32)).max(16).optional(),
  connectionType: z.enum(['websocket', 'long-polling']).optional(),
  subscription: z.union([channel, z.array(channel).min(1).max(LIMITS.subscriptions)]).optional(),
  advice: z.strictObject({ timeout: z.number().min(0).optional() }).optional(),
});
const refusal = z.strictObject({
  ...message.pick({ channel: true, id: true, clientId: true, subscription: true }).partial().shape,
  successful: z.literal(false),
  error: z.string().regex(/^\d{3}:[^:{}[\]\n]*:[^:{}[\]\n]*$/),
});
const output = z.union([z.strictObject({ message, auth: z.unknown().optional() }), z.strictObject({ refusal })]);

/** Names and values that mean something to Bayeux, to Faye or to JavaScript, among any others. */
const names = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...Object.keys(message.shape), 'auth', 'ext', 'error', 'successful') },
  fc.constantFrom('__proto__', 'constructor', 'toString', 'length', 'then', 'toJSON'),
  fc.string(),
);
const words = fc.constantFrom<unknown>(
  '/meta/handshake',
  '/meta/connect',
  '/meta/subscribe',
  '/meta/disconnect',
  '/classes/4/chat',
  'websocket',
  '1.0',
  1e308,
  null,
  { length: 1e12 },
  { toString: 1 },
);
const values = fc.oneof(words, fc.jsonValue({ maxDepth: 20 }), fc.array(words));
/** An object as JSON.parse makes it: `__proto__` is a property like others. */
const raw = fc.array(fc.tuple(names, values), { maxLength: 12 }).map((entries) => {
  const fields = entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  return JSON.parse(`{${fields.join()}}`) as unknown;
});
const bodies = fc.oneof({ weight: 5, arbitrary: raw }, fc.array(raw, { maxLength: LIMITS.batch }), fc.jsonValue());

/** Everything that hangs on the prototypes that all objects share. */
const prototypes = (): string =>
  JSON.stringify(
    [Object, Array, String, Number, Function].map(({ prototype }) => Reflect.ownKeys(prototype).map(String)),
  );

describe('the guard', () => {
  it('lets through only what Bayeux knows, and refuses the rest by its field', () => {
    const before = prototypes();
    fc.assert(
      fc.property(bodies, (body) => {
        for (const one of guard(body)) expect(output.safeParse(one).error).toBeUndefined();
      }),
      { numRuns: 3000 },
    );
    expect(prototypes()).toBe(before);
  });

  it('answers every message of a batch, in its order', () => {
    fc.assert(
      fc.property(fc.array(raw, { maxLength: LIMITS.batch }), (batch) => {
        expect(guard(batch)).toEqual(batch.flatMap((one) => guard(structuredClone(one))));
      }),
    );
  });

  it('gives nobody an object whose prototype somebody chose', () => {
    fc.assert(
      fc.property(raw, (body) => {
        for (const one of guard(body)) {
          const made: object = 'message' in one ? one.message : one.refusal;
          expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
          expect(JSON.stringify(one)).not.toContain('"__proto__":');
        }
      }),
    );
  });

  it('throws a BadRequest when there are too many, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { minLength: LIMITS.batch + 1, maxLength: 100 }), (batch) => {
        expect(() => guard(batch)).toThrow(BadRequest);
      }),
    );
  });
});
