// The page's client on its way: to another room, out, or perhaps out.
import { describe, expect, it } from 'vitest';
import { sayBeforeLeave } from '../../lib/client/page.js';
import { ann, auth, bob, CLASS, carol, diary, here, joins, open, server, soon, states, synced } from './pages.js';
import type { Received } from './stock_faye.js';

const OTHER = '/classes/5';
/** Faye numbers what a page sends. */
const order = ({ id }: Received): number => Number.parseInt(String(id), 36);
const roomOf = (message: Received): unknown => (message.auth as typeof auth).room_channel;

describe.each(['websocket', 'long-polling'])('by %s a page', (transport) => {
  function openBy(): ReturnType<typeof open> {
    const client = open({ client_opts: { retry: 0.1 } });
    if (transport === 'long-polling') client.disable('websocket');
    return client;
  }

  it('moves to another room: the server hears of it at once, and the page sees who is there', async () => {
    const client = openBy();
    await synced(client);
    await soon(() => expect(server.on('/meta/connect')).not.toEqual([]));
    const told = diary(client);
    server.snapshots.set(`${OTHER}/presence`, here(7, carol, ann));
    client.online.move({ room_channel: OTHER });
    expect([client.online.room_channel, client.online.time_channel, client.online.roster]).toEqual([OTHER, null, []]);
    await soon(() => expect(told).toEqual([' (0)', 'carol ann (2)']));
    // What the page said before may come in later, and the connect that waits is said again.
    const left = Math.min(...server.on('/meta/unsubscribe').map(order));
    const moved = server.received.filter((message) => order(message) >= left || roomOf(message) === OTHER);
    expect(moved.map(({ channel }) => channel)).toEqual(
      expect.arrayContaining(['/meta/unsubscribe', '/meta/connect', '/meta/subscribe']),
    );
    for (const message of moved) expect(message.auth).toEqual({ room_channel: OTHER, current_user: ann });
    server.tell(CLASS, joins(11, carol, 3));
    server.tell(OTHER, { ...joins(8, bob, 3) });
    await soon(() => expect(told.slice(2)).toEqual(['+bob', 'carol ann bob (3)']));
  });

  it('leaves: the server hears of it, and nothing comes any more', async () => {
    const client = openBy();
    await synced(client);
    const [was, told] = [states(client), diary(client)];
    client.online.leave();
    expect([was, told]).toEqual([['online', 'offline'], [' (0)']]);
    await soon(() => expect(server.on('/meta/disconnect')).toHaveLength(1));
    expect(() => client.online.move({ room_channel: OTHER })).toThrow('this client left; make a new one');
  });

  it('says that it may be going', async () => {
    const client = openBy();
    await soon(() => expect(server.on('/meta/connect')).not.toEqual([]));
    sayBeforeLeave(client, auth, true);
    await soon(() => expect(server.on('/faye_online/before_leave')).toHaveLength(1));
    const [said] = server.on('/faye_online/before_leave');
    expect([said?.clientId, said?.auth, said?.by]).toEqual([
      server.on('/meta/connect')[0]?.clientId,
      auth,
      transport === 'websocket' ? 'websocket' : 'http',
    ]);
  });
});

it('a page that leaves before it came in never comes in', async () => {
  const client = open();
  client.online.leave();
  expect(client.online.state).toBe('offline');
  const other = open({ auth_opts: { ...auth, current_user: bob } });
  await synced(other);
  expect(new Set(server.on('/meta/connect').map(({ auth }) => auth))).toEqual(
    new Set([{ ...auth, current_user: bob }]),
  );
});

it('a page that moves nowhere is told what it has to name', () => {
  expect(() => open().online.move({})).toThrow('needs room_channel, time_channel or both');
});
