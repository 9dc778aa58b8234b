// What an idle client costs in memory: open, subscribed to one channel, its connect held by the server.
import { onFreshServer } from '../driver/crowd.mjs';
import { KINDS } from '../driver/kinds.mjs';
import { userAt } from '../driver/member_list.mjs';

const ROOM = '/room/1';
const FIRST = 100;
const SECONDS = 120;

export const memory = {
  title: 'memory: idle clients after garbage collection',
  cases: ({ idle }) => [{ label: `N=${idle}`, idle }],
  measure: (name, { idle }) => onFreshServer(name, (server, crowd) => measureMemory(server, crowd, idle)),
  columns: [
    { key: 'heapKb', title: 'heap kB/client', digits: 2, ratios: ['faye-bare', 'socketio-diff'] },
    { key: 'rssKb', title: 'RSS kB/client', digits: 1 },
  ],
};

async function measureMemory(server, crowd, idle) {
  const kind = KINDS[server.name];
  const admit = (count) => {
    const first = crowd.clients.length;
    return crowd.admit(count, SECONDS, (index) =>
      kind.subscribe({ port: server.port, room: ROOM, user: userAt(first + index), fail: crowd.fail }),
    );
  };
  // The first clients pay for what is made once (compiled code, tables); only what comes after them is counted.
  await admit(FIRST);
  await server.settle();
  const before = await server.heap();
  await admit(idle);
  await server.settle();
  const after = await server.heap();
  const figures = {
    heapKb: (after.heap - before.heap) / idle / 1000,
    rssKb: (after.rss - before.rss) / idle / 1000,
  };
  return { [`N=${idle}`]: figures };
}
