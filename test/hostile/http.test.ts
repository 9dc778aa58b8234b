// HTTP that is odd, wrong or slow: the exact answer, and how the connection ends.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HANDSHAKE, post } from './peer.js';
import { startVictim, type Victim } from './victim.js';
import { say, Wire } from './wire.js';

const HOST = 'Host: localhost\r\n';
const JSON_BODY = 'Content-Type: application/json\r\n';
const POST = `POST /faye HTTP/1.1\r\n${HOST}${JSON_BODY}`;
const HELLO = JSON.stringify(HANDSHAKE);
const hello = `${POST}Content-Length: ${HELLO.length}\r\n\r\n${HELLO}`;

let victim: Victim;
beforeAll(async () => {
  victim = await startVictim('ours.mjs', { identity: 'secret', timeout: 2 });
});
afterAll(() => victim.end());

describe('a request', () => {
  it.each([
    ['with two lengths', `${POST}Content-Length: 2\r\nContent-Length: 3\r\n\r\n[]x`, '400'],
    [
      'with a length and chunks',
      `${POST}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n`,
      '400',
    ],
    ['with a length below nothing', `${POST}Content-Length: -2\r\n\r\n[]`, '400'],
    ['with a length in words', `${POST}Content-Length: two\r\n\r\n[]`, '400'],
    ['with a chunk whose size is none', `${POST}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, '400'],
    [
      'with a chunk of a size that no number holds',
      `${POST}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n`,
      '400',
    ],
    ['in another encoding', `${POST}Transfer-Encoding: gzip\r\n\r\n[]`, '400'],
    ['in chunks that are right', `${POST}Transfer-Encoding: chunked\r\n\r\n1\r\n[\r\n1\r\n]\r\n0\r\n\r\n`, '200'],
    ['that expects to be told to go on', `${POST}Content-Length: 2\r\nExpect: 100-continue\r\n\r\n[]`, '100,200'],
    ['that expects something else', `${POST}Content-Length: 2\r\nExpect: magic\r\n\r\n[]`, '417'],
    ['of HTTP/1.0', `POST /faye HTTP/1.0\r\n${JSON_BODY}Content-Length: 2\r\n\r\n[]`, '200'],
    ['without a host', `POST /faye HTTP/1.1\r\n${JSON_BODY}Content-Length: 2\r\n\r\n[]`, '400'],
    ['to a proxy', `POST http://evil.example/faye HTTP/1.1\r\n${HOST}${JSON_BODY}Content-Length: 2\r\n\r\n[]`, '200'],
    ['of HTTP/2 without asking', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '400'],
    ['of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', '400'],
    ['with a line of 20 KB', `GET /faye/${'x'.repeat(20_000)} HTTP/1.1\r\n${HOST}\r\n`, '431'],
    ['with a header of 20 KB', `GET /faye HTTP/1.1\r\n${HOST}X: ${'x'.repeat(20_000)}\r\n\r\n`, '431'],
    ['with a header over two lines', `GET /faye HTTP/1.1\r\n${HOST}X: a\r\n b\r\n\r\n`, '400'],
    ['with a header that is split by a lone return', `GET /faye HTTP/1.1\r\n${HOST}X: a\rY: b\r\n\r\n`, '400'],
    ['with lines that end early', 'POST /faye HTTP/1.1\nHost: x\n\n', '400'],
    ['of another type', `POST /faye HTTP/1.1\r\n${HOST}Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n[]`, '415'],
    ['without a type', `POST /faye HTTP/1.1\r\n${HOST}Content-Length: 2\r\n\r\n[]`, '415'],
    ['without a body', `${POST}\r\n`, '400'],
    ['with nothing in it', `${POST}Content-Length: 0\r\n\r\n`, '400'],
    ['to a tunnel', `CONNECT evil.example:443 HTTP/1.1\r\n${HOST}\r\n`, 'closed'],
    ...['GET', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'OPTIONS', 'PROPFIND'].map((method) => [
      `by ${method}`,
      `${method} /faye HTTP/1.1\r\n${HOST}\r\n`,
      '405',
    ]),
    ['by HEAD', `HEAD /faye HTTP/1.1\r\n${HOST}\r\n`, '405'],
    ['by a method that nobody knows', `FOO /faye HTTP/1.1\r\n${HOST}\r\n`, '400'],
  ])('%s is answered', async (_what, text, status) => {
    const wire = await Wire.open(victim.port);
    const enough = status.split(',').length;
    await wire.write(text ?? '').until(() => wire.closed || wire.statuses.length >= enough);
    expect(wire.statuses.join() || (wire.closed ? 'closed' : 'silence')).toBe(status);
    wire.end();
    expect((await post(victim, HANDSHAKE)).status).toBe(200);
  });

  it('tells nobody what serves it, and nothing of its code', async () => {
    const wire = await Wire.open(victim.port);
    await wire
      .write(`POST /faye HTTP/1.1\r\n${HOST}${JSON_BODY}Content-Length: 1\r\n\r\n[`)
      .until(() => wire.text.includes('JSON'));
    expect(wire.text).not.toMatch(/X-Powered-By|Error:|node_modules|\.[jt]s\b/);
    wire.end();
  });
});

describe('requests one behind the other', () => {
  it('are answered in their order', async () => {
    const wire = await Wire.open(victim.port);
    const bad = `${POST}Content-Length: 1\r\n\r\n5`;
    await wire.write(hello + bad + hello).until(() => wire.statuses.length === 3);
    const bodies = wire.text.split('HTTP/1.1 ').slice(1);
    expect(bodies.map((text) => [text.slice(0, 3), text.includes('"successful":true')])).toEqual([
      ['200', true],
      ['200', false],
      ['200', true],
    ]);
    wire.end();
  });

  it('a thousand of them are answered, and others are let in meanwhile', async () => {
    const wire = await Wire.open(victim.port);
    wire.write(hello.repeat(1000)).write(`GET /faye HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`);
    expect((await post(victim, HANDSHAKE, { ms: 5000 })).status).toBe(200);
    expect(await wire.untilClosed(20_000)).toBe(true);
    expect(wire.statuses).toEqual([...Array(1000).fill(200), 405]);
  });

  it('are not answered any more after a body that was too large', async () => {
    const wire = await Wire.open(victim.port);
    wire.write(`${POST}Content-Length: 99999999\r\n\r\n${hello}`);
    expect(await wire.untilClosed()).toBe(true);
    expect(wire.statuses).toEqual([413]);
  });
});

describe('who asks first whether to send a body', () => {
  const asking = (length: number, expectation = '100-continue'): string =>
    `${POST}Content-Length: ${length}\r\nExpect: ${expectation}\r\n\r\n`;

  afterEach(async () => {
    expect((await post(victim, HANDSHAKE)).status).toBe(200);
  });

  it('is told to go on, and answered when it came', async () => {
    const wire = await Wire.open(victim.port);
    await wire.write(asking(HELLO.length)).until(() => wire.statuses.length > 0);
    expect(wire.statuses).toEqual([100]);
    await wire.write(HELLO).until(() => wire.text.includes('"successful":true'));
    expect(wire.statuses).toEqual([100, 200]);
    wire.end();
  });

  it('is asked for nothing more when it is too large, though it may come', async () => {
    const wire = await Wire.open(victim.port);
    wire.write(asking(99_999_999)).write('[');
    expect(await wire.untilClosed()).toBe(true);
    expect(wire.statuses.at(-1)).toBe(413);
    expect(wire.text).toMatch(/at most 65536 bytes in one request: send less, or raise limits.bytes\n$/);
  });

  it('may go away without having sent it', async () => {
    const wire = await Wire.open(victim.port);
    await wire.write(asking(HELLO.length)).until(() => wire.statuses.length > 0);
    wire.reset();
    expect(await wire.untilClosed()).toBe(true);
  });

  it.each(['magic', '200-ok', '100-continued'])('is refused when it expects %s', async (expectation) => {
    const wire = await Wire.open(victim.port);
    await wire.write(asking(HELLO.length, expectation)).until(() => wire.text.includes('\r\n\r\n'));
    expect(wire.statuses).toEqual([417]);
    wire.end();
  });

  it('is not let in by that as what it is not: no POST, no JSON, no page of this site', async () => {
    const head = (start: string): string => `${start}${HOST}Content-Length: 2\r\nExpect: 100-continue\r\n`;
    for (const [text, status] of [
      [head('PUT /faye HTTP/1.1\r\n'), 405],
      [`${head('POST /faye HTTP/1.1\r\n')}Content-Type: text/plain\r\n`, 415],
      [`${head('POST /faye HTTP/1.1\r\n')}${JSON_BODY}Origin: https://evil.example\r\n`, 403],
    ] as const) {
      const wire = await Wire.open(victim.port);
      await wire.write(`${text}\r\n[]`).until(() => wire.closed || wire.statuses.some((code) => code !== 100));
      expect(wire.statuses.filter((code) => code !== 100)).toEqual([status]);
      wire.end();
    }
  });
});

it('a tunnel is refused without a word', async () => {
  expect(await say(victim.port, `CONNECT localhost:${victim.port} HTTP/1.1\r\n${HOST}\r\n`)).toBe('closed');
});
