// Frames that break the rules of WebSockets: what is answered, and with which code it is closed.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { BINARY, CLOSE, type FrameOptions, frame, framesOf, openBare, PING, PONG, TEXT, UPGRADE } from './frames.js';
import { HANDSHAKE, post } from './peer.js';
import { startVictim, type Victim } from './victim.js';
import { say, type Wire } from './wire.js';

const HELLO = JSON.stringify(HANDSHAKE);

let victim: Victim;
beforeAll(async () => {
  victim = await startVictim('ours.mjs', { identity: 'authenticate', timeout: 2 });
});
afterAll(() => victim.end());

/** Waits for a number of frames, and gives them. */
async function receive(wire: Wire, count: number): Promise<ReturnType<typeof framesOf>> {
  await wire.until(() => wire.closed || framesOf(wire.bytes).length >= count);
  return framesOf(wire.bytes);
}

const pongs = (wire: Wire) => framesOf(wire.bytes).filter(({ opcode }) => opcode === PONG);

/** The replies in the first text frame. */
const repliesIn = (frames: ReturnType<typeof framesOf>): unknown =>
  JSON.parse(frames.find(({ opcode }) => opcode === TEXT)?.text ?? 'null');

/** What is said to a frame that is not as it must be. */
const REASONS: Readonly<Record<number, string>> = {
  1002: 'not a frame of RFC 6455: let a WebSocket library make it',
  1007: 'text must be UTF-8',
  1008: 'a message has too many pieces: send it in fewer',
  1009: 'a message is longer than limits.bytes: send less in one',
};

describe('a frame', () => {
  it.each<[what: string, bytes: Buffer, code: number]>([
    ['is not masked', frame(HELLO, { masked: false }), 1002],
    ['has a reserved bit', frame(HELLO, { reserved: 1 }), 1002],
    ['is compressed, which was not agreed on', frame(HELLO, { reserved: 4 }), 1002],
    ['is of a kind that does not exist', frame(HELLO, { opcode: 3 }), 1002],
    ['goes on with nothing', frame(HELLO, { opcode: 0 }), 1002],
    ['is a ping of more than 125 bytes', frame('x'.repeat(126), { opcode: PING }), 1002],
    ['is a ping in two pieces', frame('x', { opcode: PING, last: false }), 1002],
    ['closes with one byte', frame('x', { opcode: CLOSE }), 1002],
    ['closes with a code that does not exist', frame(Buffer.from([0, 5]), { opcode: CLOSE }), 1002],
    ['is no UTF-8', frame(Buffer.from([0xff, 0xfe])), 1007],
    ['closes with a reason that is no UTF-8', frame(Buffer.from([3, 232, 0xff]), { opcode: CLOSE }), 1007],
    ['is longer than a message may be', frame('x'.repeat(65_537)), 1009],
    ['says that it is longer than a message may be', frame('', { length: 65_537n }), 1009],
    ['says that it has 8 EiB', frame('', { length: 2n ** 63n }), 1009],
    ['begins another message within a message', Buffer.concat([frame('[', { last: false }), frame(HELLO)]), 1002],
    [
      'is a piece too long of a message',
      Buffer.concat([frame('x'.repeat(60_000), { last: false }), frame('x'.repeat(6000), { opcode: 0 })]),
      1009,
    ],
    [
      'is a piece too many of a message',
      Buffer.concat([frame('[', { last: false }), ...Array(256).fill(frame('', { opcode: 0, last: false }))]),
      1008,
    ],
  ])('that %s ends the connection, and says why', async (_what, bytes, code) => {
    const wire = await openBare(victim.port);
    expect(await wire.write(bytes).untilClosed()).toBe(true);
    const [close, ...more] = framesOf(wire.bytes);
    expect(close).toMatchObject({ opcode: CLOSE, code });
    expect(close?.text.slice(2)).toBe(REASONS[code]);
    expect(more).toEqual([]);
    expect((await post(victim, HANDSHAKE)).status).toBe(200);
  });

  it('that is bad leaves its sender, who goes on sending, the time to read why', async () => {
    const wire = await openBare(victim.port);
    wire.pause();
    for (let n = 0; n < 10; n++) wire.write(frame('x'.repeat(65_537)));
    expect((await post(victim, HANDSHAKE)).status).toBe(200);
    for (let n = 0; n < 3; n++) wire.write(frame('x'.repeat(20_000)));
    expect((await post(victim, HANDSHAKE)).status).toBe(200);
    wire.resume();
    expect(await wire.untilClosed()).toBe(true);
    expect(framesOf(wire.bytes)).toEqual([expect.objectContaining({ opcode: CLOSE, code: 1009 })]);
  });

  it('that is bad ends the connection within seconds, although its sender does not answer', async () => {
    const wire = await openBare(victim.port);
    wire.pause();
    wire.write(frame('x'.repeat(65_537)));
    const gone = (): void => expect(wire.write('x').ended).toBe(true);
    await vi.waitFor(gone, { timeout: 6000, interval: 100 });
  });

  it('that is bad ends the connection at once when very much more comes', async () => {
    const wire = await openBare(victim.port);
    wire.pause();
    wire.write(frame('', { length: 1n << 40n }));
    const flood = Buffer.alloc(1024 * 1024);
    let megabytes = 0;
    const more = (): void => {
      megabytes++;
      expect(wire.write(flood).ended).toBe(true);
    };
    await vi.waitFor(more, { timeout: 6000, interval: 10 });
    expect(megabytes).toBeLessThan(100);
  });

  it.each<[what: string, pieces: [text: string, options: FrameOptions][]]>([
    ['in one piece', [[HELLO, {}]]],
    [
      'in two pieces',
      [
        [HELLO.slice(0, 9), { last: false }],
        [HELLO.slice(9), { opcode: 0 }],
      ],
    ],
    [
      'in pieces with a pong between them',
      [
        [HELLO.slice(0, 9), { last: false }],
        ['', { opcode: PONG }],
        [HELLO.slice(9), { opcode: 0 }],
      ],
    ],
    [
      'in pieces of a byte',
      [...HELLO].map((text, n) => [text, { opcode: n ? 0 : TEXT, last: n === HELLO.length - 1 }]),
    ],
  ])('of a handshake %s is answered', async (_what, pieces) => {
    const wire = await openBare(victim.port);
    for (const [text, options] of pieces) wire.write(frame(text, options));
    expect(repliesIn(await receive(wire, 1))).toMatchObject([{ channel: '/meta/handshake', successful: true }]);
    wire.end();
  });

  it('that comes byte by byte is answered', async () => {
    const wire = await openBare(victim.port);
    for (const byte of frame(HELLO)) wire.write(Buffer.from([byte]));
    expect(repliesIn(await receive(wire, 1))).toMatchObject([{ successful: true }]);
    wire.end();
  });

  it('of bytes is refused, and the connection goes on', async () => {
    const wire = await openBare(victim.port);
    wire.write(frame(HELLO, { opcode: BINARY }));
    expect(repliesIn(await receive(wire, 1))).toEqual([
      { successful: false, error: '400:message:send text frames not binary ones' },
    ]);
    wire.write(frame(HELLO));
    expect((await receive(wire, 2)).at(-1)?.text).toContain('"successful":true');
    wire.end();
  });

  it('that is half written when the connection breaks is nobody’s loss', async () => {
    const wire = await openBare(victim.port);
    wire.write(frame(HELLO).subarray(0, 20));
    wire.reset();
    expect((await post(victim, HANDSHAKE)).status).toBe(200);
  });
});

describe('a flood', () => {
  it('of 10,000 tiny frames is closed after a hundred refusals, and others are let in meanwhile', async () => {
    const wire = await openBare(victim.port);
    wire.write(Buffer.concat(Array(10_000).fill(frame('5'))));
    expect((await post(victim, HANDSHAKE, { ms: 5000 })).status).toBe(200);
    expect(await wire.untilClosed()).toBe(true);
    // Fewer, if the connection broke before they were read.
    expect(framesOf(wire.bytes).filter(({ opcode }) => opcode === TEXT).length).toBeLessThanOrEqual(100);
  });

  it('is told what is wrong, each time, and at last why it is closed', async () => {
    const wire = await openBare(victim.port);
    expect(await wire.write(Buffer.concat(Array(100).fill(frame('5')))).untilClosed()).toBe(true);
    const frames = framesOf(wire.bytes);
    expect(frames.filter(({ opcode }) => opcode === TEXT)).toHaveLength(100);
    expect(frames.at(-1)).toMatchObject({ opcode: CLOSE, code: 1008 });
    expect(frames.at(-1)?.text).toContain('goes on after 100 refusals');
  });

  it('of pings is answered while it waits for its pongs', async () => {
    const wire = await openBare(victim.port);
    for (let n = 1; n <= 200; n++) {
      wire.write(frame(`${n}`, { opcode: PING }));
      // The server's own pings may come in between.
      await wire.until(() => wire.closed || pongs(wire).length >= n);
      expect(pongs(wire).at(-1)).toEqual({ opcode: PONG, text: `${n}` });
    }
    wire.end();
  });

  it('of 10,000 pings at once ends the connection', async () => {
    const wire = await openBare(victim.port);
    wire.write(Buffer.concat(Array(10_000).fill(frame('5', { opcode: PING }))));
    expect(await wire.untilClosed()).toBe(true);
    expect((await post(victim, HANDSHAKE, { ms: 5000 })).status).toBe(200);
  });

  it('of pings that nobody reads the pongs of costs little memory', async () => {
    const before = await victim.ask('memory');
    const wire = await openBare(victim.port);
    wire.pause();
    const pings = Buffer.concat(Array.from({ length: 1000 }, () => frame('x'.repeat(125), { opcode: PING })));
    for (let n = 0; n < 200; n++) wire.write(pings);
    expect((await post(victim, HANDSHAKE, { ms: 5000 })).status).toBe(200);
    expect((await victim.ask('memory')).used - before.used).toBeLessThan(16 * 1024 * 1024);
    wire.end();
  });
});

it('a message in frames of a byte that never ends costs little memory', async () => {
  const piece = (opcode: number): Buffer => frame('x', { opcode, last: false });
  const before = await victim.ask('memory');
  const wires = await Promise.all(Array.from({ length: 10 }, () => openBare(victim.port)));
  for (const wire of wires) wire.write(Buffer.concat([piece(TEXT), ...Array(16_000).fill(piece(0))]));
  expect((await post(victim, HANDSHAKE, { ms: 5000 })).status).toBe(200);
  expect((await victim.ask('memory')).used - before.used).toBeLessThan(5 * 1024 * 1024);
  for (const wire of wires) wire.end();
});

describe('an upgrade', () => {
  it.each([
    ['without a key', '/faye', UPGRADE.replace(/Sec-WebSocket-Key.*\r\n/, ''), '400'],
    ['with a key that is none', '/faye', UPGRADE.replace('dGhlIHNhbXBsZSBub25jZQ==', 'x'), '400'],
    ['of another version', '/faye', UPGRADE.replace('Version: 13', 'Version: 99'), '400'],
    ['to a path that nobody has', '/nobody', UPGRADE, '404'],
    ['to the path in other letters', '/FAYE', UPGRADE, '101'],
    ['from a page of another site', '/faye', `${UPGRADE}Origin: https://evil.example\r\n`, '403'],
    ['from a page of no site', '/faye', `${UPGRADE}Origin: null\r\n`, '403'],
    [
      'with thousands of extensions, of which we take none',
      '/faye',
      `${UPGRADE}Sec-WebSocket-Extensions: ${'a;'.repeat(4000)}\r\n`,
      '101',
    ],
  ])('%s gets its answer', async (_what, path, headers, status) => {
    expect(await say(victim.port, `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`)).toBe(status);
  });
});
