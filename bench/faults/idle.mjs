// Pages that are only open: how many commands Redis and MariaDB get for them. None that grows with their number.
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Scene } from './scene.mjs';

const FEW = 20;
const MEASURED = 30_000;
/** Of the added pages. Leases and stays are written many in one command, and timers do not fall into every span equally often. */
const SHARE = 1 / 10;

export const title = 'commands for pages that are only open';

export async function run({ clients, say }) {
  const scene = await Scene.open({ nodes: 2, clients: FEW });
  try {
    await pause(20_000);
    const few = await measure(scene);
    await scene.fill(clients - FEW);
    await pause(20_000);
    const many = await measure(scene);
    say(`${FEW} pages: ${few.redis} Redis and ${few.sql} SQL commands in ${MEASURED / 1000} s on two nodes`);
    say(`${clients} pages: ${many.redis} and ${many.sql}`);
    const allowed = (clients - FEW) * SHARE;
    for (const what of ['redis', 'sql']) {
      const more = many[what] - few[what];
      scene.check(more <= allowed, `${more} more ${what} commands for ${clients - FEW} more pages`);
    }
  } finally {
    await scene.close();
  }
  return scene.failures;
}

async function measure(scene) {
  const client = new Redis(scene.redis.url);
  const monitor = await client.monitor();
  let redis = 0;
  // What scripts do inside Redis is not a command of ours.
  monitor.on('monitor', (_time, _args, source) => {
    if (source !== 'lua') redis++;
  });
  const before = await questions(scene);
  await pause(MEASURED);
  const sql = (await questions(scene)) - before;
  monitor.disconnect();
  client.disconnect();
  return { redis, sql };
}

async function questions(scene) {
  const [{ Value }] = await scene.mariadb.query("SHOW GLOBAL STATUS LIKE 'Questions'");
  return Number(Value);
}
