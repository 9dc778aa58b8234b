// Fuzzing by WebSocket: rounds of frames, right and wrong ones, each round ended by a message whose answer is waited for.
import { CLOSE, frame, TEXT, UPGRADE, wholeFrames } from '../hostile/frames.js';
import { Wire } from '../hostile/wire.js';
import type { Attacker } from './attacker.js';
import type { Random } from './random.js';

/** Frames that may break the connection, in one round of so many. */
const MALFORMED = 0.05;

/** Sends until it is enough. A round is answered in time, or the connection is closed. */
export async function bySocket(attacker: Attacker, goesOn: () => boolean, deadline: number): Promise<void> {
  const { account, random } = attacker;
  let wire: Wire | undefined;
  let rest: Buffer = Buffer.alloc(0);
  for (let n = 1; goesOn(); n++) {
    if (!wire || wire.ended || random.chance(0.01)) {
      wire?.reset();
      attacker.forget();
      rest = Buffer.alloc(0);
      wire = await open(attacker);
    }
    const asked = performance.now();
    const { count, end } = sendRound(attacker, wire, n);
    // A frame that says it is longer than it is swallows what comes after it, until nothing more comes.
    if (end === null) wire.finish();
    const socket = wire;
    const answered = await socket.until(() => {
      const { frames, rest: more } = wholeFrames(Buffer.concat([rest, socket.take()]));
      rest = more;
      const texts = frames.filter(({ opcode }) => opcode === TEXT).map(({ text }) => text);
      for (const text of texts) attacker.heard(text);
      // The server says goodbye: after a disconnect, or to the older of two connections of a client.
      if (frames.some(({ opcode }) => opcode === CLOSE)) socket.end();
      return socket.ended || (end !== null && texts.some((text) => text.includes(end)));
    }, deadline);
    account.answered(count, wire.ended ? 'socket closed' : 'socket answered', performance.now() - asked);
    if (!answered) account.fail('a WebSocket was not answered', attacker.sent);
  }
  wire?.end();
}

async function open({ victim, user }: Attacker): Promise<Wire> {
  const wire = await Wire.open(victim.port);
  const { Cookie } = victim.cookie(user);
  wire.write(`GET /faye HTTP/1.1\r\nHost: localhost\r\nCookie: ${Cookie}\r\n${UPGRADE}\r\n`);
  await wire.until(() => wire.closed || wire.text.includes('\r\n\r\n'));
  wire.take();
  return wire;
}

/** @returns how many messages it held, and what is in the answer to its last one; null when it can only be closed */
function sendRound(attacker: Attacker, wire: Wire, n: number): { count: number; end: string | null } {
  const { random } = attacker;
  const frames: Buffer[] = [];
  let count = 1;
  for (let left = random.of([1, 3, 8]); left > 0; left--) {
    const made = attacker.next();
    count += made.count;
    frames.push(...pieces(made.text, random));
  }
  const isMalformed = random.chance(MALFORMED);
  if (isMalformed) frames.push(malformed(attacker));
  const end = `end-${n}`;
  frames.push(frame(JSON.stringify({ channel: '/end', id: end, clientId: 'nobody', data: 1 })));
  const bytes = Buffer.concat(frames);
  const cut = random.chance(0.2) ? random.below(bytes.length) : bytes.length;
  wire.write(bytes.subarray(0, cut)).write(bytes.subarray(cut));
  return { count, end: isMalformed ? null : `"${end}"` };
}

/** A text as one frame, or as several with pings between them. */
function pieces(text: string, random: Random): Buffer[] {
  if (random.chance(0.9)) return [frame(text)];
  const at = random.below(text.length);
  const ping = random.chance(0.5) ? [frame('', { opcode: 9 })] : [];
  return [frame(text.slice(0, at), { last: false }), ...ping, frame(text.slice(at), { opcode: 0 })];
}

function malformed(attacker: Attacker): Buffer {
  const { random } = attacker;
  const bytes = frame(random.of(['5', '', 'x'.repeat(130), 'x'.repeat(70_000)]), {
    opcode: random.below(16),
    reserved: random.of([0, 0, 1, 4, 7]),
    last: random.chance(0.7),
    masked: random.chance(0.8),
    ...(random.chance(0.2) ? { length: random.of([0n, 1n, 65_537n, 2n ** 53n, 2n ** 64n - 1n]) } : {}),
  });
  attacker.sending(`frame ${bytes.subarray(0, 40).toString('hex')}`);
  return random.chance(0.2) ? bytes.subarray(0, random.below(bytes.length)) : bytes;
}
