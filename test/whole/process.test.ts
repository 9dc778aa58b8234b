// The runnable server as processes: one, or workers on one port, how they are replaced, and how all of it ends.
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Running, scratch, startProcess } from '../support/process.js';
import { startRedis } from '../support/redis.js';
import { Tab } from '../support/tab.js';

/** Each test starts several processes, and one lets a worker hang for as long as it may. */
vi.setConfig({ testTimeout: 60_000 });

const soon = (check: () => Promise<void> | void): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 50 });

async function oneProcess(env: Record<string, string> = {}): Promise<Running> {
  return startProcess({ DATABASE_URL: `sqlite:${await scratch()}/online.sqlite`, DEBUG_FAYE: '1', ...env });
}

async function withRedis(): Promise<{ WORKERS: string; REDIS_URL: string }> {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  return { WORKERS: '2', REDIS_URL: redis.url };
}

async function twoWorkers(): Promise<Running> {
  const server = await oneProcess({ ...(await withRedis()), FAYE_ONLINE_TRUST_CLIENTS: '1' });
  onTestFinished(() => pidsOf(server).forEach(kill));
  return server;
}

const auth = { room_channel: '/classes/4', current_user: { uid: 1, uname: 'ann' } };

/** The processes that logged something. */
function pidsOf(server: Running): number[] {
  return [...new Set([...server.output().matchAll(/"pid":(\d+)/g)].map(([, pid]) => Number(pid)))];
}

function kill(pid: number): void {
  if (isRunning(pid)) process.kill(pid, 'SIGKILL');
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Comes to the server again and again, until so many processes have answered. */
async function meet(server: Running, count: number): Promise<number[]> {
  await soon(async () => {
    const tab = await Tab.open(server.faye, auth);
    await tab.handshake();
    tab.close();
    expect(pidsOf(server)).toHaveLength(count);
  });
  return pidsOf(server);
}

describe('one process', () => {
  it('ends with 0 when it is asked to, although somebody holds connections', async () => {
    const server = await oneProcess({ FAYE_ONLINE_TRUST_CLIENTS: '1' });
    const agent = new Agent({ keepAlive: true });
    await new Promise((resolve, reject) => {
      get(server.url, { agent }, (response) => response.resume().once('end', resolve)).once('error', reject);
    });
    onTestFinished(() => agent.destroy());
    await (await Tab.open(server.faye, auth)).come();
    expect(await server.end('SIGTERM')).toBe(0);
  });

  it('shows in its log what happens, and no client id', async () => {
    const server = await oneProcess({ FAYE_ONLINE_TRUST_CLIENTS: '1' });
    const tab = await (await Tab.open(server.faye, auth)).come('/classes/4');
    await soon(() => expect(server.output()).toMatch(/"event":"subscribe".*"channel":"\/classes\/4"/));
    await soon(() => expect(server.output()).toContain('"event":"join"'));
    expect(server.output()).not.toContain(tab.clientId);
  });
});

/** Sends this, and nothing more. @returns what the server said until it closed */
async function sendHalf(server: Running, half: string): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1').setEncoding('utf8');
  let answer = '';
  socket.on('data', (text) => {
    answer += text;
  });
  socket.write(half);
  await once(socket, 'close');
  return answer;
}

describe('who sends a request slowly', () => {
  it('is told so and cut off, long before Node would look for it', async () => {
    const server = await oneProcess({ FAYE_ONLINE_TRUST_CLIENTS: '1' });
    const began = performance.now();
    const json = 'Host: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{';
    const halves = [
      'POST /faye HTTP/1.1\r\nHost: a\r\nContent-',
      'GET /online HTTP/1.1\r\nHo',
      `POST /faye HTTP/1.1\r\n${json}`,
      `POST /demo/token HTTP/1.1\r\n${json}`,
    ];
    for (const answer of await Promise.all(halves.map((half) => sendHalf(server, half)))) {
      expect(answer).toMatch(/^HTTP\/1.1 408 /);
    }
    expect(performance.now() - began).toBeLessThan(25_000);
  });
});

describe('two workers', () => {
  it('answer on one port, and end with 0 when they are asked to', async () => {
    const server = await twoWorkers();
    expect(server.output().match(/^Faye /gm)).toHaveLength(1);
    const pids = await meet(server, 2);
    await (await Tab.open(server.faye, auth)).come();
    expect(await server.end('SIGTERM')).toBe(0);
    expect(pids.filter(isRunning)).toEqual([]);
  });

  it('are two again when one has died', async () => {
    const server = await twoWorkers();
    const [one = 0] = await meet(server, 2);
    process.kill(one, 'SIGKILL');
    await soon(() => expect(server.output()).toContain(`worker ${one} ended (SIGKILL): another one in 200 ms`));
    await meet(server, 3);
    expect(await server.end('SIGTERM')).toBe(0);
  });

  it('end within ten seconds when one of them hangs, and then with 1', async () => {
    const server = await twoWorkers();
    const [one = 0] = await meet(server, 2);
    process.kill(one, 'SIGSTOP');
    expect(await server.end('SIGTERM')).toBe(1);
    expect(server.output()).toContain('not all workers ended in good order');
    await soon(() => expect(isRunning(one)).toBe(false));
  });

  it('end at once when they are asked a second time', async () => {
    const server = await twoWorkers();
    const [one = 0, two = 0] = await meet(server, 2);
    process.kill(one, 'SIGSTOP');
    const ended = server.end('SIGTERM');
    await soon(() => expect(isRunning(two)).toBe(false));
    const asked = performance.now();
    await server.end('SIGTERM');
    expect(await ended).toBe(1);
    expect(performance.now() - asked).toBeLessThan(5000);
    await soon(() => expect(isRunning(one)).toBe(false));
  });

  it('do not outlive their primary', async () => {
    const server = await twoWorkers();
    const pids = await meet(server, 2);
    await server.end('SIGKILL');
    await soon(() => expect(pids.filter(isRunning)).toEqual([]));
  });
});

describe('wrong settings end the process, with one message', () => {
  it('when the variables are wrong', async () => {
    await expect(oneProcess({ WORKERS: '2' })).rejects.toThrow(
      'ended with 1 before it listened: REDIS_URL must be set when WORKERS is above 1',
    );
  });

  it('when no worker can open the database', async () => {
    const env = { ...(await withRedis()), DATABASE_URL: `sqlite:${await scratch()}` };
    const failure = await oneProcess(env).catch((error: unknown) => error);
    expect(String(failure)).toContain('ended with 1 before it listened');
    expect(String(failure).match(/it cannot be opened/g)).toHaveLength(1);
  });

  it('when the port is in use', async () => {
    const { url } = await oneProcess();
    const PORT = new URL(url).port;
    for (const env of [{ PORT }, { PORT, ...(await withRedis()) }]) {
      await expect(oneProcess(env)).rejects.toThrow(`port ${PORT} is in use: set PORT to another`);
    }
  });
});
