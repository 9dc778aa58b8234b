// A run of the fuzzer: attackers by HTTP, WebSocket and TCP beside ann, on a server with tokens, then on one with an async authenticate.
import { type Fault, startVictim, type User, type Victim } from '../hostile/victim.js';
import { Account, type Counts, type Failure } from './account.js';
import { Attacker } from './attacker.js';
import { byHttp } from './by_http.js';
import { bySocket } from './by_socket.js';
import { byTcp } from './by_tcp.js';
import { Random } from './random.js';
import { witness } from './witness.js';

export interface Settings {
  readonly seed: number;
  /** It ends after so many messages, or after so many seconds, whichever is first. */
  readonly messages: number;
  readonly seconds: number;
  /** Milliseconds in which everything is answered or closed. */
  readonly deadline: number;
}

export interface Result {
  readonly name: string;
  readonly counts: Counts;
  readonly failures: readonly Failure[];
  /** What would have ended the process. */
  readonly faults: readonly Fault[];
  readonly died: boolean;
  /** Clients that the server still knows when all have gone. */
  readonly left: number;
  /** What it printed. */
  readonly output: string;
  readonly seconds: number;
}

export const SERVERS = [
  ['tokens', { identity: 'secret' }],
  ['an async authenticate', { identity: 'authenticate' }],
] as const;

/** Seconds: ann must not be given up because the machine has much else to do. */
const TIMEOUT = 4;
const ATTACKERS = [
  [byHttp, 10],
  [bySocket, 4],
  [byTcp, 2],
] as const;

export async function fuzz(name: string, server: object, settings: Settings): Promise<Result> {
  const victim = await startVictim('ours.mjs', { ...server, timeout: TIMEOUT, count: true });
  const account = new Account();
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  const goesOn = (): boolean =>
    victim.alive && account.counts.messages < settings.messages && seconds() < settings.seconds;
  const all = attackers(victim, account, settings.seed).map(([attack, attacker]) =>
    attack(attacker, goesOn, settings.deadline),
  );
  const ended = await Promise.allSettled([...all, witness(victim, account, goesOn, settings.deadline)]);
  for (const one of ended) if (one.status === 'rejected') account.fail(String(one.reason), '');
  const took = seconds();
  const died = !victim.alive;
  const [faults, left] = died ? [[], 0] : [await victim.ask('faults'), await leftIn(victim)];
  const { counts, failures } = account;
  await victim.end();
  return { name, counts, failures, faults, died, left, output: victim.output, seconds: took };
}

function attackers(victim: Victim, account: Account, seed: number) {
  return ATTACKERS.flatMap(([attack, count], kind) =>
    Array.from({ length: count }, (_, n) => {
      const user: User = n % 2 ? 'bob' : 'carol';
      return [attack, new Attacker(victim, user, account, new Random(seed * 1000 + kind * 100 + n))] as const;
    }),
  );
}

/** Waits until the server gave up all clients, which takes it a few time-outs. */
async function leftIn(victim: Victim): Promise<number> {
  let { clients } = await victim.ask('details');
  for (let tries = 0; clients > 0 && tries < 200; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    ({ clients } = await victim.ask('details'));
  }
  return clients;
}

/** A result as lines for people. What failed comes with what was sent. */
export function told({ name, counts, failures, faults, died, left, output, seconds }: Result): string {
  const list = (map: ReadonlyMap<string, number>): string =>
    [...map]
      .sort()
      .map(([key, count]) => `${key} ${count}`)
      .join(', ');
  return [
    `faye-online with ${name}: ${counts.messages} messages in ${counts.sent} requests and rounds, ${seconds.toFixed(1)} s,`,
    `  ${Math.round(counts.messages / seconds)} messages a second; the slowest answer took ${Math.round(counts.slowest)} ms`,
    `  answers: ${list(counts.answers)}`,
    `  replies: ${list(counts.replies)}`,
    `  died: ${died}; uncaught exceptions and rejections: ${faults.length}; clients left: ${left}; failures: ${failures.length}`,
    ...new Set(faults.map(({ kind, stack }) => `${kind}: ${stack}`)),
    ...failures.map(({ what, sent }) => `FAILURE ${what}\n  after: ${sent}`),
    ...(output ? [`it printed: ${output.slice(0, 5000)}`] : []),
  ].join('\n');
}
