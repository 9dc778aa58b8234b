// Two processes on one Redis, ours beside faye-redis 0.2.0: node bench/engine/run.mjs [--rounds 3] [--quick] [--json file]
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { KINDS } from '../driver/kinds.mjs';
import { goalTable, machine, scenarioTable } from '../report.mjs';
import { Samples } from '../stats.mjs';
import { measure } from './measure.mjs';

const CONTENDERS = {
  'faye-redis': { server: 'cluster-faye-redis', kind: KINDS['faye-bare'] },
  'redis-engine': { server: 'cluster-redis-engine', kind: KINDS['faye-bare'] },
  'faye-online': { server: 'cluster-faye-online', kind: KINDS['faye-online'] },
};
const FULL = [
  { subscribers: 10, publishes: 400, outstanding: [1, 8] },
  { subscribers: 1000, publishes: 40, outstanding: [1, 8] },
];
const QUICK = [{ subscribers: 20, publishes: 40, outstanding: [1, 8] }];
const SCENARIO = {
  title: 'two processes: one publisher, S subscribers, W publishes outstanding',
  columns: [
    { key: 'rate', title: 'deliveries/s', digits: 0 },
    { key: 'cpuUs', title: 'CPU µs each', digits: 2, ratios: ['faye-redis'] },
    { key: 'redisUs', title: 'Redis µs each', digits: 2 },
    { key: 'p50Ms', title: 'p50 ms', digits: 1 },
    { key: 'p99Ms', title: 'p99 ms', digits: 1 },
    { key: 'commands', title: 'commands/publish', digits: 1 },
  ],
};
const NAME = 'engine';
const WRONG = 1;
const GOAL_MISSED = 2;

const cpu = (server, label) => (samples) => samples.ratio(NAME, label, 'cpuUs', server, 'faye-redis');
const commands = (server, label) => (samples) => samples.median(NAME, label, server, 'commands');
/** Of stock Faye on our engine the figure is mostly Faye's own: it makes a frame for each subscriber. */
const GOALS = [
  ['S=1000, W=1: CPU per delivery / faye-redis', 0.35, cpu('faye-online', 'S=1000, W=1')],
  ['S=1000, W=8: CPU per delivery / faye-redis', 0.35, cpu('faye-online', 'S=1000, W=8')],
  ['S=10: Redis commands per publish', 2, commands('faye-online', 'S=10, W=8')],
  ['S=1000: Redis commands per publish', 2, commands('faye-online', 'S=1000, W=8')],
];

function judge(samples) {
  return GOALS.map(([goal, limit, value]) => ({ goal, limit, value: value(samples) })).map((one) => {
    const verdict = one.value === undefined ? 'not measured' : one.value <= one.limit ? 'PASS' : 'FAIL';
    return { ...one, verdict };
  });
}

/** Each round measures everybody on every size; each round begins with another. */
async function measureAll(rounds, sizes) {
  const samples = new Samples();
  const names = Object.keys(CONTENDERS);
  for (let round = 0; round < rounds; round++) {
    for (const size of sizes) {
      for (let turn = 0; turn < names.length; turn++) {
        const name = names[(round + turn) % names.length];
        process.stderr.write(`round ${round + 1}/${rounds}: S=${size.subscribers} ${name}\n`);
        const figures = await measure(CONTENDERS[name], size);
        for (const [label, values] of Object.entries(figures)) {
          samples.add({ scenario: NAME, label, server: name, round, values });
        }
      }
    }
  }
  return samples;
}

try {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '3' },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
    },
  });
  if (!existsSync(new URL('../../dist/lib/index.js', import.meta.url))) throw new Error('not built: npm run build');
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds must be a whole number above 0');
  const samples = await measureAll(rounds, values.quick ? QUICK : FULL);
  const verdicts = judge(samples);
  console.log(`\n${machine()}; medians of ${rounds} rounds\n`);
  console.log(`${scenarioTable(NAME, SCENARIO, Object.keys(CONTENDERS), samples)}\n`);
  console.log(goalTable(verdicts));
  if (values.json)
    await writeFile(values.json, `${JSON.stringify({ machine: machine(), samples, goals: verdicts }, null, 2)}\n`);
  if (verdicts.some(({ verdict }) => verdict === 'FAIL')) process.exitCode = GOAL_MISSED;
} catch (error) {
  console.error(`bench: ${error.message}`);
  process.exitCode = WRONG;
}
