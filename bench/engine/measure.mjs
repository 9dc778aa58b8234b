// One publisher on one process, the subscribers of one channel on both: what a delivery costs, and what Redis is asked.
import { setTimeout as pause } from 'node:timers/promises';
import { Crowd } from '../driver/crowd.mjs';
import { FanOut } from '../driver/fan_out.mjs';
import { measured } from '../driver/measured.mjs';
import { userAt } from '../driver/member_list.mjs';
import { percentile } from '../stats.mjs';
import { Pair } from './pair.mjs';
import { BenchRedis } from './redis.mjs';

const ROOM = '/room/1';
/** So that the servers' code is compiled, as in a server in use. */
const WARM_UP_DELIVERIES = 8000;
const IDLE_MS = 2000;
const SECONDS = 240;

/**
 * @param {{server: string, kind: object}} contender
 * @param {{subscribers: number, publishes: number, outstanding: number[]}} size
 * @returns {Promise<Record<string, object>>} figures by label
 */
export async function measure({ server, kind }, size) {
  const redis = await BenchRedis.start();
  const pair = await Pair.start(server, redis.port);
  const crowd = new Crowd();
  try {
    return await fanOut(kind, { redis, pair, crowd }, size);
  } finally {
    await pair.close();
    crowd.close();
    await redis.close();
  }
}

async function fanOut(kind, { redis, pair, crowd }, { subscribers, publishes, outstanding }) {
  const client = (index) => ({ port: pair.port(index), room: ROOM, user: userAt(index), fail: crowd.fail });
  const entered = kind.enter(client(subscribers));
  const publisher = await crowd.within(SECONDS, entered, () => 'the publisher did not come in');
  const fan = new FanOut((data) => kind.publish(publisher, ROOM, data), crowd.fail);
  await crowd.admit(subscribers, SECONDS, async (index) => {
    const subscriber = await kind.subscribe(client(index));
    subscriber.onFrame = fan.subscriber(index);
    return subscriber;
  });
  const run = (count, w) =>
    crowd.within(SECONDS, fan.start({ subscribers, publishes: count, outstanding: w }), () => fan.lacking());
  await run(Math.ceil(WARM_UP_DELIVERIES / subscribers), 1);
  const results = {};
  for (const w of outstanding) {
    await pair.settle();
    const idle = await idleRate(redis);
    const before = { commands: await redis.commands(), cpu: await redis.cpu() };
    const window = await measured(pair, crowd, () => run(publishes, w));
    // Heartbeats and the like go on whether anybody publishes or not.
    const asked = difference(await redis.commands(), before.commands) - idle * window.ms;
    const redisCpu = (await redis.cpu()) - before.cpu;
    results[`S=${subscribers}, W=${w}`] = figures(window, { publishes, asked, redisCpu });
  }
  publisher.close();
  return results;
}

function figures({ ms, cpuMs, result: delays }, { publishes, asked, redisCpu }) {
  const deliveries = delays.length;
  const sorted = delays.sort();
  return {
    rate: (deliveries / ms) * 1000,
    cpuUs: (cpuMs * 1000) / deliveries,
    redisUs: redisCpu / deliveries,
    p50Ms: percentile(sorted, 50),
    p99Ms: percentile(sorted, 99),
    commands: asked / publishes,
  };
}

/** Commands per millisecond while nothing is published. */
async function idleRate(redis) {
  const before = await redis.commands();
  const start = performance.now();
  await pause(IDLE_MS);
  return difference(await redis.commands(), before) / (performance.now() - start);
}

function difference(after, before) {
  let sum = 0;
  for (const [name, count] of after) sum += count - (before.get(name) ?? 0);
  return sum;
}
