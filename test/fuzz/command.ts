// The fuzzer by hand. Bundled and started by run.mjs.
import { parseArgs } from 'node:util';
import { fuzz, SERVERS, told } from './run.js';

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: 'Infinity' },
    deadline: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const seed = Number(values.seed);
/** Each server gets its share. */
const share = (all: string): number => Number(all) / SERVERS.length;

console.log(`seed ${seed}`);
for (const [name, server] of SERVERS) {
  const settings = {
    seed,
    messages: share(values.messages),
    seconds: share(values.seconds),
    deadline: Number(values.deadline),
  };
  const result = await fuzz(name, server, settings);
  console.log(told(result));
  if (result.died || result.faults.length + result.failures.length + result.left > 0) process.exitCode = 1;
}
