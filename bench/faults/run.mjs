// Faults, and what became of them: node bench/faults/run.mjs [churn|kill|redis|mysql|idle|flood|all] [--rounds 10] [--clients 300] [--seed n]
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as churn from './churn.mjs';
import * as flood from './flood.mjs';
import * as idle from './idle.mjs';
import * as kill from './kill.mjs';
import * as mysql from './mysql.mjs';
import * as redis from './redis.mjs';

const FAULTS = { churn, kill, redis, mysql, idle, flood };
const WRONG = 1;
const BROKEN = 2;

/** Mulberry32: the same seed, the same moments. */
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '10' },
    clients: { type: 'string', default: '300' },
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
  },
});
const asked = positionals.length === 0 || positionals.includes('all') ? Object.keys(FAULTS) : positionals;
const unknown = asked.find((name) => !Object.hasOwn(FAULTS, name));
if (unknown || !existsSync(new URL('../../dist/app.js', import.meta.url))) {
  console.error(unknown ? `no fault "${unknown}": choose from ${Object.keys(FAULTS)}` : 'not built: npm run build');
  process.exit(WRONG);
}

console.log(`seed ${values.seed}`);
const verdicts = [];
for (const name of asked) {
  const { title, run } = FAULTS[name];
  console.log(`\n${title}`);
  const options = {
    rounds: Number(values.rounds),
    clients: Number(values.clients),
    random: randomFrom(Number(values.seed)),
    say: (words) => console.log(`  ${words}`),
  };
  const failures = await run(options);
  for (const failure of failures) console.log(`  WRONG ${failure}`);
  verdicts.push(`${failures.length === 0 ? 'PASS' : 'FAIL'}  ${title}`);
  if (failures.length > 0) process.exitCode = BROKEN;
}
console.log(`\n${verdicts.join('\n')}`);
