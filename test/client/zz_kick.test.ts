import { expect, it, vi } from 'vitest';
import { init_online_client } from '../../lib/client/index.js';
import { startHouse } from '../support/servers.js';
import { Faye } from './stock_faye.js';
const soon = (check: () => unknown, timeout = 15000) => vi.waitFor(check as () => void, { timeout, interval: 30 });
it('kick', async () => {
  const house = await startHouse({ secret: 'x'.repeat(40), grace: 1 });
  const token = (room: string, uid = '1') => house.online.token({ uid, uname: 'ann', room, time: '/l' });
  const client = init_online_client({ faye_url: house.faye, auth_opts: { room_channel: '/a', time_channel: '/l', current_user: { uid: 1, uname: 'ann' }, token: await token('/a') } }, Faye);
  client.addExtension({ incoming: (m, n) => { console.log('<', JSON.stringify(m)); n(m); }, outgoing: (m, n) => { console.log('>', m.channel, m.id, JSON.stringify(m.advice), m.subscription); n(m); } });
  await soon(() => expect(client.online.count).toBe(1));
  if (process.env.MOVE) { client.online.move({ room_channel: '/b', time_channel: '/l', token: await token('/b') });
  await new Promise((r) => setTimeout(r, 500)); }
  console.log('KICK');
  const d = (client as any)._dispatcher;
  const e = d.handleError; d.handleError = function (m: any, i: any) { console.log('ERR', m.channel, m.id); return e.call(this, m, i); };
  await house.online.kick('1'); await new Promise((r) => setTimeout(r, 4000));
  await new Promise((r) => setTimeout(r, 500));
  console.log(client.online.state);
  client.online.leave();
});
