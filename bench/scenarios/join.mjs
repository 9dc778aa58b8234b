// N clients join one room, ten at a time, until every client's list holds all N; then 20 more, one after another.
import { Crowd, onFreshServer } from '../driver/crowd.mjs';
import { measured } from '../driver/measured.mjs';
import { Room } from '../driver/room.mjs';
import { median } from '../stats.mjs';

const SINGLES = 20;
const WARM_UP = 500;
const BURST_SECONDS = 120;
const SINGLE_SECONDS = 20;

export const join = {
  title: 'join: N clients into one room, 10 in flight, until every list is right',
  cases: ({ members }) => members.map((n) => ({ label: `N=${n}`, n })),
  measure: (name, { n }) => onFreshServer(name, (server, crowd) => measureJoin(server, crowd, n)),
  columns: [
    { key: 'allRightMs', title: 'all right ms', digits: 0 },
    { key: 'cpuMs', title: 'CPU ms', digits: 0, ratios: ['faye-bare', 'socketio-diff'] },
    { key: 'cpuPerJoinMs', title: 'CPU ms/join', digits: 2 },
    { key: 'laterCpuMs', title: 'CPU ms after', digits: 0 },
    { key: 'megabytes', title: 'MB', digits: 2 },
    { key: 'singleMs', title: '1 join: ms', digits: 1 },
    { key: 'singleCpuMs', title: 'CPU ms', digits: 2 },
    { key: 'singleBytes', title: 'B/member', digits: 1 },
  ],
};

async function measureJoin(server, crowd, n) {
  await warmUp(server);
  const room = new Room({ name: '/room/1', server, crowd, capacity: n + SINGLES });
  const burst = await measured(server, crowd, () => room.fill(n, BURST_SECONDS));
  const later = await measured(server, crowd, () => server.settle());
  const figures = {
    allRightMs: burst.ms,
    cpuMs: burst.cpuMs,
    cpuPerJoinMs: burst.cpuMs / n,
    laterCpuMs: later.cpuMs,
    megabytes: burst.bytes / 1e6,
    ...(await measureSingles(server, crowd, room)),
  };
  return { [`N=${n}`]: figures };
}

/** A server in use has its code compiled: some clients come and go in another room first. */
async function warmUp(server) {
  const crowd = new Crowd();
  const room = new Room({ name: '/room/warm', server, crowd, capacity: WARM_UP });
  await room.fill(WARM_UP, BURST_SECONDS);
  room.empty();
  await server.settle();
  crowd.close();
  await server.settle();
}

async function measureSingles(server, crowd, room) {
  const times = [];
  let memberBytes = 0;
  const cpu = await server.cpu();
  for (let i = 0; i < SINGLES; i++) {
    const members = [...crowd.clients];
    const received = () => members.reduce((sum, client) => sum + client.bytesRead, 0) / members.length;
    const before = received();
    const start = performance.now();
    await room.fill(1, SINGLE_SECONDS);
    times.push(performance.now() - start);
    memberBytes += received() - before;
  }
  const singleCpuMs = ((await server.cpu()) - cpu) / 1000 / SINGLES;
  return { singleMs: median(times), singleCpuMs, singleBytes: memberBytes / SINGLES };
}
