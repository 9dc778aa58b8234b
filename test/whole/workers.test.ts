// Two workers on one port: ann, bob and carol are one room, whichever worker each of them came to.
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Running, scratch, startProcess } from '../support/process.js';
import { startRedis } from '../support/redis.js';
import { Tab } from '../support/tab.js';

/** Each test starts a Redis and three processes, and one waits until a dead worker is missed. */
vi.setConfig({ testTimeout: 60_000 });

const CLASS = '/classes/4';
const LIST = `${CLASS}/user_list`;
const NAMES = ['ann', 'bob', 'carol', 'dora', 'emil', 'fred'];
const soon = (check: () => Promise<void> | void): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 50 });

async function twoWorkers(): Promise<Running> {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  return startProcess({
    WORKERS: '2',
    REDIS_URL: redis.url,
    DATABASE_URL: `sqlite:${await scratch()}/online.sqlite`,
    FAYE_ONLINE_TRUST_CLIENTS: '1',
    DEBUG_FAYE: '1',
  });
}

const authOf = (uname: string): object => ({ room_channel: CLASS, current_user: { uid: uname, uname } });

/** Everybody comes, and sees everybody. */
async function comeTogether({ faye }: Running): Promise<Tab[]> {
  const tabs: Tab[] = [];
  for (const name of NAMES) tabs.push(await (await Tab.open(faye, authOf(name))).come(LIST, CLASS));
  for (const tab of tabs) await soon(() => expect(listOf(tab)).toEqual(NAMES));
  return tabs;
}

const listOf = (tab: Tab): string[] =>
  [...((tab.on(LIST).at(-1) as { user_list: string[] } | undefined)?.user_list ?? [])].sort();

/** The workers that let somebody in, by the process id that they log. */
const hosts = ({ output }: Running): Set<string> =>
  new Set([...output().matchAll(/"pid":(\d+).*"event":"join"/g)].map(([, pid = '']) => pid));

/** How often somebody came in, or went out, by the log. */
async function logged(server: Running, status: 'in' | 'out'): Promise<number> {
  const log = await (await fetch(`${server.url}/online/api/log`)).text();
  return log.split(`"status":"${status}"`).length - 1;
}

describe('two workers', () => {
  it('have one list, and hand messages on', async () => {
    const server = await twoWorkers();
    const tabs = await comeTogether(server);
    await tabs[0]?.ask({ channel: CLASS, data: 'good morning' });
    for (const tab of tabs) await tab.until(() => tab.on(CLASS).length === 1);
    await tabs[1]?.disconnect();
    for (const tab of [0, 2, 3, 4, 5].map((i) => tabs[i])) {
      await soon(() => expect(tab && listOf(tab)).toEqual(NAMES.filter((name) => name !== 'bob')));
    }
    expect(hosts(server).size).toBe(2);
  });

  it('write one history', async () => {
    const server = await twoWorkers();
    await comeTogether(server);
    await soon(async () => expect(await logged(server, 'in')).toBe(NAMES.length));
  });

  it('lose nobody when one of them dies and its people come back', async () => {
    const server = await twoWorkers();
    const tabs = await comeTogether(server);
    const [victim = ''] = hosts(server);
    const heardBefore = tabs.map((tab) => tab.on(LIST).length);
    process.kill(Number(victim), 'SIGKILL');
    await soon(() => expect(tabs.filter(({ closed }) => closed)).not.toEqual([]));
    const gone = NAMES.filter((_name, i) => tabs[i]?.closed);
    for (const name of gone) await (await Tab.open(server.faye, authOf(name))).come(LIST);
    // The clients of the dead worker are missed after a while; their users are not, for they are here again.
    await vi.waitFor(async () => expect(await logged(server, 'out')).toBe(gone.length), { timeout: 40_000 });
    expect(gone.length).toBeLessThan(NAMES.length);
    for (const [i, tab] of tabs.entries()) {
      if (tab.closed) continue;
      await tab.ask({ channel: CLASS, data: 'still here' });
      for (const list of tab.on(LIST).slice(heardBefore[i])) expect(list).toMatchObject({ count: NAMES.length });
    }
  });
});
