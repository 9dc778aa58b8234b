// Keys from a function, which take one another's place while ann comes in.
import { describe, expect, it, vi } from 'vitest';
import type { SecretSource } from '../../lib/identity/tokens.js';
import { readOptions } from '../../lib/options.js';
import { NOON, OTHER, SECRET } from './forge.js';
import { ANN, annInRoom, at, kidOf, NEW, OLD, under } from './locksmith.js';

describe('keys from a function', () => {
  const quick = { freshFor: 20, pauseFor: 10, waitFor: 200, now: () => NOON + performance.now() };
  const source = (give: SecretSource) => vi.fn(give);

  it('are asked for once while they are fresh, by however many at a time', async () => {
    const give = source(async () => [NEW]);
    const tokens = at(give);
    const tries = Array.from({ length: 100 }, () => tokens.verify(under('2026', SECRET)));
    await expect(Promise.all(tries)).resolves.toHaveLength(100);
    await tokens.sign(annInRoom);
    expect(give).toHaveBeenCalledTimes(1);
  });

  it('are an option like others', () => {
    const secret = () => [NEW];
    expect(readOptions({ secret }, {})).toMatchObject({ secret });
    expect(() => readOptions({ secret: 7 as never }, {})).toThrow(/option "secret" must be a string, keys/);
  });

  it('may be a single secret, given at once', async () => {
    await expect(at(() => SECRET).verify(under(undefined, SECRET))).resolves.toMatchObject(ANN);
  });

  it('are asked for again when they are no longer fresh, so that a key that was taken away is refused', async () => {
    let keys = [OLD];
    let now = NOON;
    const tokens = at(() => keys, { now: () => now });
    const made = await tokens.sign(annInRoom);
    keys = [NEW];
    await expect(tokens.verify(made)).resolves.toMatchObject(ANN);
    now += 5000;
    await expect(tokens.verify(made)).rejects.toThrow(/names a key that is not there/);
    expect(kidOf(await tokens.sign(annInRoom))).toBe('2026');
  });

  it('change twice under load, and nobody with a good token is refused', async () => {
    let keys = [{ kid: 'k0', secret: OTHER }];
    const servers = [1, 2, 3].map(() => at(() => keys, quick));
    const [signer] = servers;
    for (const kid of ['k1', 'k2']) {
      keys = [{ kid, secret: `${kid}: a secret of more than thirty-two bytes` }, ...keys];
      // The signer knows the new key before the others do.
      const made = await vi.waitFor(async () => {
        const token = (await signer?.sign(annInRoom)) ?? '';
        expect(kidOf(token)).toBe(kid);
        return token;
      });
      const entries = servers.flatMap((server) => Array.from({ length: 50 }, () => server.verify(made)));
      await expect(Promise.all(entries)).resolves.toHaveLength(150);
    }
  });

  it('are hardly asked for by a flood of names that nobody knows, and good tokens do not wait for it', async () => {
    const give = source(() => [NEW]);
    const tokens = at(give, { pauseFor: 300 });
    const good = under('2026', SECRET);
    await tokens.verify(good);
    const flood = Array.from({ length: 1000 }, (_, i) => tokens.verify(under(`x${i}`, SECRET)));
    const settled = Promise.allSettled(flood).then((all) => all.filter(({ status }) => status === 'rejected').length);
    await expect(Promise.race([tokens.verify(good), settled])).resolves.toMatchObject(ANN);
    expect(await settled).toBe(1000);
    expect(give.mock.calls.length).toBeLessThanOrEqual(3);
  });

  it.each<[string, () => never | Promise<never>, RegExp]>([
    [
      'throws',
      () => {
        throw new Error('vault sealed');
      },
      /vault sealed/,
    ],
    ['rejects', () => Promise.reject(new Error('vault sealed')), /vault sealed/],
    ['never answers', () => new Promise<never>(() => undefined), /did not answer within 50 ms/],
    ['gives nothing', (() => undefined) as never, /option "secret" must be a string/],
    ['gives no keys', (() => []) as never, /at least one key/],
    ['gives a short key', (() => [{ secret: 'hunter2' }]) as never, /option "secret.0.secret" must have at least 32/],
  ])('stay as they were while it %s, and the site is told', async (_what, fail, cause) => {
    const onError = vi.fn();
    let give: SecretSource = () => [NEW];
    let now = NOON;
    const tokens = at(() => give(), { now: () => now, onError, waitFor: 50 });
    await tokens.verify(under('2026', SECRET));
    give = fail;
    now += 5000;
    await expect(tokens.verify(under('2026', SECRET))).resolves.toMatchObject(ANN);
    expect(onError).toHaveBeenCalledTimes(1);
    expect(onError.mock.lastCall?.[0]).toMatchObject({
      message: 'option "secret": the function gave no keys; the last ones are kept',
      cause: { message: expect.stringMatching(cause) },
    });
    expect(String(onError.mock.lastCall?.[0].cause)).not.toContain('hunter2');
    give = () => [OLD];
    now += 5000;
    await expect(tokens.verify(under('2025', OTHER))).resolves.toMatchObject(ANN);
  });

  it('that were never given refuse everybody for the moment, and let them in as soon as they are', async () => {
    const onError = vi.fn();
    let keys: (typeof NEW)[] = [];
    const tokens = at(() => keys, { ...quick, onError });
    await expect(tokens.verify(under('2026', SECRET))).rejects.toMatchObject({ code: 500, message: /try again later/ });
    await expect(tokens.sign(annInRoom)).rejects.toThrow(/"secret" has no key to sign with/);
    expect(onError).toHaveBeenCalled();
    keys = [NEW];
    await expect(tokens.verify(under('2026', SECRET))).resolves.toMatchObject(ANN);
  });
});
