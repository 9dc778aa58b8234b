// Fuzzing by bare TCP: requests with something wrong about them, each on a connection of its own, which has to be closed.
import { UPGRADE } from '../hostile/frames.js';
import { Wire } from '../hostile/wire.js';
import type { Attacker } from './attacker.js';
import type { Random } from './random.js';

/** Sends until it is enough. After its last byte a connection is closed in time, with answers that we know. */
export async function byTcp(attacker: Attacker, goesOn: () => boolean, deadline: number): Promise<void> {
  const { account, random, victim } = attacker;
  while (goesOn()) {
    const { text, count } = attacker.next();
    const bytes = broken(`${head(random)}Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`, random);
    attacker.sending(bytes);
    const asked = performance.now();
    const wire = await Wire.open(victim.port);
    wire.write(Buffer.from(bytes, random.chance(0.5) ? 'latin1' : 'utf8'));
    wire.finish();
    const closed = await wire.untilClosed(deadline);
    account.answered(count, `TCP ${wire.statuses[0] ?? 'closed'}`, performance.now() - asked);
    if (!closed) account.fail('a connection was not closed', attacker.sent);
    if (wire.statuses.some((status) => status >= 500)) account.fail(wire.text, attacker.sent);
    wire.end();
  }
}

function head(random: Random): string {
  const method = random.of(['POST', 'POST', 'POST', 'GET', 'OPTIONS', 'CONNECT', 'FOO', '']);
  const target = random.of([
    '/faye',
    '/faye',
    '/faye',
    '//',
    '/faye//',
    'http://[',
    '*',
    '/%',
    '/faye/../x',
    '/faye?message=[]',
  ]);
  const version = random.of(['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/x']);
  const upgrade = random.chance(0.1) ? UPGRADE : '';
  return `${method} ${target} ${version}\r\nHost: localhost\r\nContent-Type: application/json\r\n${upgrade}`;
}

function broken(text: string, random: Random): string {
  let made = text;
  for (let times = random.of([0, 1, 2, 5]); times > 0; times--) {
    const at = random.below(random.chance(0.7) ? Math.min(made.length, 200) : made.length);
    const more = random.of([
      '\r\n',
      '\n',
      '\0',
      ':',
      ' ',
      '\xff',
      'Transfer-Encoding: chunked\r\n',
      'Content-Length: 1\r\n',
      'Expect: x\r\n',
    ]);
    const gone = random.of([0, 0, 1, 10]);
    made = made.slice(0, at) + more + made.slice(at + gone);
  }
  return random.chance(0.1) ? made.slice(0, random.below(made.length)) : made;
}
