// Pages that are only open: how many commands Redis and MariaDB get for them. None that grows with their number.
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Scene } from './scene.mjs';

const FEW = 20;
const MEASURED = 30_000;
/** Timers do not fall into every span equally often, and a batch has at most 500. */
const MARGIN = 1.15;

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
    scene.check(
      many.redis <= few.redis * MARGIN,
      `${many.redis} Redis commands for ${clients} pages, ${few.redis} for ${FEW}`,
    );
    scene.check(many.sql <= few.sql * MARGIN, `${many.sql} SQL commands for ${clients} pages, ${few.sql} for ${FEW}`);
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
