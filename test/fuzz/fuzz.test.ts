// The fuzzer for as long as a test may take. By hand: npm run fuzz -- --messages 1000000 --seed 7
import { describe, expect, it } from 'vitest';
import { fuzz, SERVERS, type Settings, told } from './run.js';

const { FUZZ_SEED, FUZZ_MESSAGES, FUZZ_SECONDS } = process.env;

/** Of both servers together. */
const SECONDS = Number(FUZZ_SECONDS ?? 60);

const settings: Settings = {
  seed: Number(FUZZ_SEED ?? Date.now() % 1_000_000),
  messages: Number(FUZZ_MESSAGES ?? Number.POSITIVE_INFINITY) / SERVERS.length,
  seconds: SECONDS / SERVERS.length,
  // Other tests run on the same machine.
  deadline: 15_000,
};

describe(`what is thrown at it, with FUZZ_SEED=${settings.seed}`, () => {
  it.each(SERVERS)(
    'does nothing to faye-online with %s',
    async (name, server) => {
      const result = await fuzz(name, server, settings);
      console.log(told(result));
      expect(result).toMatchObject({ died: false, faults: [], failures: [], left: 0, output: '' });
      expect(result.counts.messages).toBeGreaterThan(1000);
      expect(result.counts.replies.get('ok')).toBeGreaterThan(100);
      expect(result.counts.replies.get('delivered')).toBeGreaterThan(10);
    },
    (settings.seconds + 60) * 1000,
  );
});
