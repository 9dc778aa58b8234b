// One publisher, many subscribers of one channel: what a delivery costs with one and with eight publishes outstanding.
import { onFreshServer } from '../driver/crowd.mjs';
import { FanOut } from '../driver/fan_out.mjs';
import { KINDS } from '../driver/kinds.mjs';
import { measured } from '../driver/measured.mjs';
import { userAt } from '../driver/member_list.mjs';
import { percentile } from '../stats.mjs';

const ROOM = '/room/1';
const OUTSTANDING = [1, 8];
const WARM_UP_PUBLISHES = 8;
const SECONDS = 120;

export const fanout = {
  title: 'fanout: one publisher, S subscribers, W publishes outstanding',
  cases: ({ subscribers, deliveries }) => [{ label: `S=${subscribers}`, subscribers, deliveries }],
  measure: (name, options) => onFreshServer(name, (server, crowd) => measureFanOut(server, crowd, options)),
  columns: [
    { key: 'rate', title: 'deliveries/s', digits: 0 },
    { key: 'cpuUs', title: 'CPU µs each', digits: 2, ratios: ['faye-bare', 'socketio-diff'] },
    { key: 'p50Ms', title: 'p50 ms', digits: 1 },
    { key: 'p99Ms', title: 'p99 ms', digits: 1 },
    { key: 'bytes', title: 'B each', digits: 0 },
  ],
};

async function measureFanOut(server, crowd, { subscribers, deliveries }) {
  const kind = KINDS[server.name];
  const client = (index) => ({ port: server.port, room: ROOM, user: userAt(index), fail: crowd.fail });
  const entered = kind.enter(client(subscribers));
  const publisher = await crowd.within(SECONDS, entered, () => 'the publisher did not come in');
  const fan = new FanOut((data) => kind.publish(publisher, ROOM, data), crowd.fail);
  await crowd.admit(subscribers, SECONDS, async (index) => {
    const subscriber = await kind.subscribe(client(index));
    subscriber.onFrame = fan.subscriber(index);
    return subscriber;
  });
  const run = (publishes, outstanding) =>
    crowd.within(SECONDS, fan.start({ subscribers, publishes, outstanding }), () => fan.lacking());
  await run(WARM_UP_PUBLISHES, 1);
  const results = {};
  for (const w of OUTSTANDING) {
    await server.settle();
    const window = await measured(server, crowd, () => run(Math.round(deliveries / subscribers), w));
    results[`S=${subscribers}, W=${w}`] = figures(window);
  }
  publisher.close();
  return results;
}

function figures({ ms, cpuMs, bytes, result: delays }) {
  const deliveries = delays.length;
  const sorted = delays.sort();
  return {
    rate: (deliveries / ms) * 1000,
    cpuUs: (cpuMs * 1000) / deliveries,
    p50Ms: percentile(sorted, 50),
    p99Ms: percentile(sorted, 99),
    bytes: bytes / deliveries,
  };
}
