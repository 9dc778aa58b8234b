import { readFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import { expect, it, vi } from 'vitest';
import { init_online_client, type OnlineClient } from '../../lib/client/index.js';
import { startHouse } from '../support/servers.js';
import { Faye } from './stock_faye.js';

declare const client: OnlineClient;
const soon = (check: () => unknown, timeout = 15000) => vi.waitFor(check as () => void, { timeout, interval: 30 });
const auth = { room_channel: '/classes/4', time_channel: '/courses/5/lessons/1', current_user: { uid: 1, uname: 'ann' } };

it.each([['ws', ''], ['lp', 'delete window.WebSocket']])('bfcache %s', async (_n, before) => {
  const seen: string[] = []; const t0 = Date.now();
  const house = await startHouse({
    trustClients: true, grace: 3,
    after: (app) => {
      app.get('/class', (_q, r) => void r.send(`<!doctype html><title>c</title><link rel="icon" href="data:,"><script>${before}</script><script src="/faye/client.js"></script><script src="/faye/faye-online.js"></script><script>window.log=[];addEventListener('pageshow',e=>fetch('/log?show'+e.persisted));var client=Faye.init_online_client({faye_url:'/faye',auth_opts:${JSON.stringify(auth)}});client.online.onState(s=>fetch('/log?'+s))</script>`));
      app.get('/log', (q, r) => { seen.push(`${Date.now() - t0} ${q.url}`); r.end(); }); app.get('/other', (_q, r) => void r.send('<title>o</title>'));
    },
  });
  const events: string[] = [];
  for (const e of ['join', 'leave'] as const) house.online.on(e, (x: unknown) => events.push(`${e} ${Date.now() - t0} ${JSON.stringify(x).slice(0, 60)}`));
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'], ignoreDefaultArgs: ['--disable-back-forward-cache'] });
  try {
    const page = await browser.newPage();
    page.on('console', (m) => console.log('console', m.text()));
    await page.goto(house.url + '/class');
    await soon(async () => expect(await page.evaluate(() => client.online.count)).toBe(1));
    console.log('clients', (await house.online.room('/classes/4')).users);
    await page.goto(house.url + '/other');
    await new Promise((r) => setTimeout(r, 1000));
    const tb = Date.now();
    void page.evaluate(() => { history.back(); }).catch(() => {});
    await new Promise((r) => setTimeout(r, 6000));
    console.log(_n, 'back at', tb - t0, seen, events);
    console.log((await house.online.room('/classes/4')).users);
  } finally { await browser.close(); }
});

it.each(['websocket', 'long-polling'])('real house by %s', async (transport) => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const house = await startHouse({ secret: 'x'.repeat(40), grace: 1 });
  const token = (room: string, uid = '1') => house.online.token({ uid, uname: 'ann', room, time: '/l' }, { expiresIn: '5m' } as never);
  const client = init_online_client({ faye_url: house.faye, auth_opts: { room_channel: '/a', time_channel: '/l', current_user: { uid: 1, uname: 'ann' }, token: await token('/a') } }, Faye);
  if (transport === 'long-polling') client.disable('websocket');
  const log: string[] = []; const t0 = Date.now();
  client.online.onState((s, r) => log.push(`${Date.now() - t0} ${s} ${r}`));
  client.online.onSync((r, c) => log.push(`${Date.now() - t0} sync ${r.map((u) => u.uname)} ${c}`));
  await soon(() => expect(client.online.count).toBe(1));
  client.online.move({ room_channel: '/b', time_channel: '/l', token: await token('/b') });
  await soon(() => expect(client.online.count).toBe(1));
  await soon(async () => expect((await house.online.rooms()).map((x) => x.channel)).toEqual(['/b']));
  log.push(`${Date.now() - t0} moved`);
  await new Promise((r) => setTimeout(r, 3000));
  log.push(`${Date.now() - t0} kicking`);
  await house.online.kick('1');
  await soon(() => expect(client.online.state).toBe('refused'));
  client.online.move({ room_channel: '/b', time_channel: '/l', token: await token('/b') });
  await soon(() => expect(client.online.state).toBe('online'));
  await soon(async () => expect((await house.online.rooms()).map((x) => x.channel)).toEqual(['/b']));
  console.log(transport, log, (console.error as any).mock.calls);
  const other = init_online_client({ faye_url: house.faye, auth_opts: { room_channel: '/a', current_user: { uid: 1, uname: 'ann' }, token: 'nonsense' } }, Faye);
  await soon(() => expect(other.online.state).toBe('refused'));
  console.log(other.online.reason);
  client.online.leave(); other.online.leave();
  await soon(async () => expect(await house.online.rooms()).toEqual([]));
});
