// The benchmark: node bench/run.mjs [join|fanout|memory|all] [--rounds 3] [--n 200,1000] [--servers a,b] [--quick] [--json file]
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { KINDS } from './driver/kinds.mjs';
import { judge } from './goals.mjs';
import { goalTable, machine, scenarioTable } from './report.mjs';
import { fanout } from './scenarios/fanout.mjs';
import { join } from './scenarios/join.mjs';
import { memory } from './scenarios/memory.mjs';
import { Samples } from './stats.mjs';

const SCENARIOS = { join, fanout, memory };
const FULL = { members: [200, 1000], subscribers: 1000, deliveries: 60_000, idle: 2000 };
/** Proves that everything works; too small to judge by. */
const QUICK = { members: [20, 50], subscribers: 50, deliveries: 2000, idle: 100 };
const WRONG = 1;
const GOAL_MISSED = 2;

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '3' },
      n: { type: 'string' },
      servers: { type: 'string', default: Object.keys(KINDS).join() },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
    },
  });
  const asked = positionals.length === 0 || positionals.includes('all') ? Object.keys(SCENARIOS) : positionals;
  const sizes = values.quick ? QUICK : FULL;
  return {
    scenarios: known('scenario', asked, SCENARIOS),
    servers: known('server', values.servers.split(','), KINDS),
    rounds: count('--rounds', values.rounds),
    sizes: values.n ? { ...sizes, members: values.n.split(',').map((n) => count('--n', n)) } : sizes,
    json: values.json,
  };
}

function known(what, names, table) {
  const wrong = names.find((name) => !Object.hasOwn(table, name));
  if (wrong !== undefined) throw new Error(`no ${what} "${wrong}": choose from ${Object.keys(table).join(', ')}`);
  return names;
}

function count(option, text) {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`${option} must be a whole number above 0, not "${text}"`);
  return Number(text);
}

function requireBuild(servers) {
  const built = existsSync(new URL('../dist/lib/index.js', import.meta.url));
  if (servers.includes('faye-online') && !built) throw new Error('faye-online is not built: npm run build');
}

/** Each round measures every server on every case; each round begins with another server. */
async function measureAll({ scenarios, servers, rounds, sizes }) {
  const samples = new Samples();
  for (const name of scenarios) {
    const scenario = SCENARIOS[name];
    for (let round = 0; round < rounds; round++) {
      for (const options of scenario.cases(sizes)) {
        for (let turn = 0; turn < servers.length; turn++) {
          const server = servers[(round + turn) % servers.length];
          process.stderr.write(`round ${round + 1}/${rounds}: ${name} ${options.label} ${server}\n`);
          const figures = await scenario.measure(server, options);
          for (const [label, values] of Object.entries(figures)) {
            samples.add({ scenario: name, label, server, round, values });
          }
        }
      }
    }
  }
  return samples;
}

function print({ scenarios, servers, rounds }, samples, verdicts) {
  console.log(`\n${machine()}; medians of ${rounds} rounds\n`);
  for (const name of scenarios) {
    console.log(`${scenarioTable(name, SCENARIOS[name], servers, samples)}\n`);
  }
  console.log(goalTable(verdicts));
}

try {
  const asked = readArguments();
  requireBuild(asked.servers);
  const samples = await measureAll(asked);
  const verdicts = judge(samples);
  print(asked, samples, verdicts);
  if (asked.json) {
    await writeFile(
      asked.json,
      `${JSON.stringify({ machine: machine(), ...asked, samples, goals: verdicts }, null, 2)}\n`,
    );
  }
  if (verdicts.some(({ verdict }) => verdict === 'FAIL')) process.exitCode = GOAL_MISSED;
} catch (error) {
  console.error(`bench: ${error.message}`);
  process.exitCode = WRONG;
}
