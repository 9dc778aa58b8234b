// Attacks by HTTP itself: request lines, bodies that do not come, old transports, and much of everything.
import { Agent, get, request as httpRequest } from 'node:http';
import type { Attack } from './attack.js';
import { Peer, post } from './peer.js';
import type { Victim } from './victim.js';
import { say, Wire } from './wire.js';

const HOST = 'Host: localhost\r\n';
const LINES = ['//', '///', '/\\', 'http://[', '//%'];

const lines = (row: number, name: string, headers: string): Attack[] =>
  LINES.map((target) => ({
    row,
    name: `${name} ${target}`,
    stock: 'dies',
    run: async ({ port }) => ({ got: await say(port, `GET ${target} HTTP/1.1\r\n${HOST}${headers}\r\n`) }),
    answer: '404',
  }));

/** A GET that stock Faye holds as a poll, with a body that breaks off. */
async function breakOff(victim: Victim, headers: string, body: string): Promise<string> {
  const { clientId } = await new Peer(victim, 'bob').handshake();
  const message = { channel: '/meta/connect', clientId, connectionType: 'callback-polling' };
  const query = encodeURIComponent(JSON.stringify(message));
  const wire = await Wire.open(victim.port);
  wire.write(`GET /faye?message=${query}&jsonp=x HTTP/1.1\r\n${HOST}${headers}\r\n${body}`);
  await wire.until(() => wire.closed || wire.statuses.length > 0, 300);
  const said = wire.statuses.join() || 'silence';
  wire.reset();
  return said;
}

/**
 * Posts a chunked body for as long as the server takes it. Its answer may be lost when the connection is cut.
 * @returns how much it took
 */
function pour(port: number, megabytes: number): Promise<'all of it' | 'a little'> {
  const chunk = Buffer.alloc(1024 * 1024, 32);
  return new Promise((resolve) => {
    const headers = { 'Content-Type': 'application/json' };
    const sending = httpRequest({ port, path: '/faye', method: 'POST', headers }, () => sending.destroy());
    let sent = 0;
    const done = (): void => resolve(sent < megabytes / 4 ? 'a little' : 'all of it');
    sending.on('error', done).on('close', done);
    const more = (): void => {
      while (sent++ < megabytes) if (!sending.write(chunk)) return void sending.once('drain', more);
      sending.end();
    };
    more();
  });
}

/** Asks for many scripts that do not exist. @returns the different statuses */
async function askForScripts(port: number, count: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const statuses = new Set<number>();
  const one = (n: number): Promise<void> =>
    new Promise((resolve) => {
      const path = `/faye/${n}${'x'.repeat(8000)}.js`;
      get({ port, path, agent }, (response) => {
        statuses.add(response.statusCode ?? 0);
        response.resume().once('end', resolve);
      }).on('error', () => resolve());
    });
  await Promise.all(Array.from({ length: count }, (_, n) => one(n)));
  agent.destroy();
  return [...statuses];
}

/** Whether a connection that asked for an upgrade is still open, though nobody took it. */
async function leftOpen(port: number): Promise<{ got: string; harm: boolean }> {
  const wire = await Wire.open(port);
  wire.write(`GET /elsewhere HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
  const closed = await wire.untilClosed(1500);
  const got = wire.statuses.join();
  wire.end();
  return { got, harm: !closed };
}

export const httpAttacks: readonly Attack[] = [
  ...lines(1, 'GET', ''),
  ...lines(2, 'an upgrade of', 'Connection: Upgrade\r\nUpgrade: websocket\r\n'),
  {
    row: 3,
    name: 'GET /faye// below a mount',
    variant: 'express',
    stock: 'harmed',
    run: async ({ port }) => {
      const got = await say(port, `GET /faye// HTTP/1.1\r\n${HOST}\r\n`);
      return { got, harm: got === '500' };
    },
    answer: '405',
  },
  {
    row: 8,
    name: 'a poll whose body never comes, then a reset',
    stock: 'dies',
    run: async (victim) => ({ got: await breakOff(victim, 'Content-Length: 100\r\n', '') }),
    answer: '405',
  },
  {
    row: 9,
    name: 'a poll with a bad chunk',
    stock: 'dies',
    run: async (victim) => ({ got: await breakOff(victim, 'Transfer-Encoding: chunked\r\n', 'zz\r\n') }),
    answer: '405',
  },
  {
    row: 15,
    name: '200 MB in one body',
    heavy: true,
    stock: 'harmed',
    run: async ({ port }) => ({ got: await pour(port, 200) }),
    answer: 'a little',
  },
  {
    row: 15,
    name: '200 MB announced',
    stock: 'survives',
    run: async ({ port }) => {
      const start = 'POST /faye HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
      return { got: await say(port, `${start}Content-Length: 209715200\r\n\r\n[`, 500) };
    },
    answer: '413',
  },
  {
    row: 16,
    name: '2,000 scripts with long names that do not exist',
    heavy: true,
    stock: 'harmed',
    run: async ({ port }) => ({ got: await askForScripts(port, 2000) }),
    answer: [405],
  },
  {
    row: 20,
    name: 'an upgrade that nobody takes',
    stock: 'harmed',
    run: ({ port }) => leftOpen(port),
    answer: '404',
  },
  {
    row: 21,
    name: 'an EventSource for a client that nobody knows',
    stock: 'harmed',
    run: async ({ port }) => {
      const got = await say(port, `GET /faye/whoever HTTP/1.1\r\n${HOST}Accept: text/event-stream\r\n\r\n`);
      return { got, harm: got === '200' };
    },
    answer: '405',
  },
  {
    row: 26,
    name: 'a form of another site that publishes',
    stock: 'harmed',
    run: async (victim) => {
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
      const body = `message=${encodeURIComponent(JSON.stringify({ channel: '/chat', data: 'buy' }))}`;
      const { status } = await post(victim, body, { headers });
      return { got: status, harm: status === 200 };
    },
    answer: 415,
  },
];
