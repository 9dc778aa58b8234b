// The page's client against a stock Faye server: how the page stands with it, when things go wrong too.
import { describe, expect, it } from 'vitest';
import { connectAgain, hurry } from '../../lib/client/faye_client.js';
import { sayBeforeLeave } from '../../lib/client/page.js';
import { ann, auth, bob, CLASS, carol, diary, here, joins, open, server, soon, states, synced } from './pages.js';

const OTHER = '/classes/5';
const DENIED = '401:current_user.uid:Not the one of the token';

describe('a page', () => {
  it('is connecting, then online', async () => {
    const told = states(open());
    await soon(() => expect(told).toEqual(['connecting', 'online']));
  });

  it('is offline while its connection is broken, and then told only what really changed', async () => {
    const client = open({ client_opts: { retry: 0.1 } });
    await synced(client);
    const [was, told] = [states(client), diary(client)];
    server.snapshots.set(`${CLASS}/presence`, here(12, ann, carol));
    server.breakOff();
    await soon(() => expect(was).toEqual(['online', 'offline', 'online']));
    await soon(() => expect(told).toEqual(['-bob', '+carol', 'ann carol (2)']));
  });

  it('comes back to a server that forgot everything', async () => {
    const client = open({ client_opts: { retry: 0.1 } });
    await synced(client);
    const told = diary(client);
    server.snapshots.set(`${CLASS}/presence`, { ...here(1, ann), epoch: 'f' });
    await server.stop();
    await server.begin();
    await soon(() => expect(told).toEqual(['-bob', 'ann (1)']));
    server.tell(CLASS, { ...joins(2, carol, 2), epoch: 'f' });
    await soon(() => expect(told.slice(2)).toEqual(['+carol', 'ann carol (2)']));
    expect(console.error).not.toHaveBeenCalled();
  });

  it('reconnects at once when its tab is looked at', async () => {
    const client = open({ client_opts: { retry: 1000 } });
    await synced(client);
    server.breakOff();
    await soon(() => expect(client.online.state).toBe('offline'));
    hurry(client);
    await soon(() => expect(client.online.state).toBe('online'));
  });

  it('gives a sign of life through a socket that is open', async () => {
    const client = open();
    await soon(() => expect(server.on('/meta/connect')).toHaveLength(1));
    connectAgain(client);
    await soon(() => expect(server.on('/meta/connect')).toHaveLength(2));
    const [first, again] = server.on('/meta/connect');
    expect([again?.id, again?.clientId, again?.auth]).toEqual([first?.id, first?.clientId, auth]);
  });
});

describe('a page that the server refuses', () => {
  it('says so, once in the console, and comes in when the server agrees', async () => {
    server.refuse = ({ channel }) => (channel === '/meta/handshake' ? DENIED : undefined);
    const client = open({ client_opts: { retry: 0.1 } });
    const told = states(client);
    await soon(() => expect(server.on('/meta/handshake').length).toBeGreaterThan(2));
    expect(told).toEqual(['connecting', `refused: ${DENIED}`]);
    expect(client.online.reason).toBe(DENIED);
    expect(console.error).toHaveBeenCalledExactlyOnceWith(`faye-online: the server refused: ${DENIED}`);
    server.refuse = () => undefined;
    await synced(client);
    expect(told.slice(2)).toEqual(['online']);
  });

  it('does not knock without end', async () => {
    server.refuse = ({ channel }) => (channel === '/meta/connect' ? DENIED : undefined);
    const client = open({ client_opts: { retry: 1000 } });
    await soon(() => expect(client.online.reason).toBe(DENIED));
    await soon(() => expect(server.on('/meta/subscribe')).not.toEqual([]));
    expect(server.on('/meta/connect')).toHaveLength(1);
  });

  it('stays away when it is told to, until it shows another token', async () => {
    server.advice = { reconnect: 'none' };
    server.refuse = ({ channel, auth }) =>
      channel === '/meta/handshake' && (auth as { token?: string }).token !== 'good' ? DENIED : undefined;
    const client = open({ auth_opts: { ...auth, token: 'old' }, client_opts: { retry: 0.01 } });
    await soon(() => expect(client.online.state).toBe('refused'));
    client.online.move({ ...auth, token: 'good' });
    await synced(client);
    expect(server.on('/meta/handshake').map(({ auth }) => (auth as { token: string }).token)).toEqual(['old', 'good']);
    expect(client.online.state).toBe('online');
  });

  it('learns why it may not see its room', async () => {
    const forbidden = `403:${CLASS}/presence:Forbidden channel`;
    server.refuse = ({ channel }) => (channel === '/meta/subscribe' ? forbidden : undefined);
    const client = open();
    const told = states(client);
    await soon(() => expect(told).toEqual(['connecting', 'online', `refused: ${forbidden}`]));
    server.refuse = () => undefined;
    await synced(client);
    expect(told[3]).toBe('online');
    expect(console.error).toHaveBeenCalledTimes(1);
  });

  it('stays online when it is another channel that it may not see', async () => {
    const client = open();
    await synced(client);
    server.refuse = ({ subscription }) => (subscription === '/staff' ? '403:/staff:Forbidden channel' : undefined);
    let refused = '';
    client
      .subscribe('/staff', () => undefined)
      .errback(({ message }) => {
        refused = message;
      });
    await soon(() => expect(refused).toBe('Forbidden channel'));
    expect(client.online.state).toBe('online');
    expect(console.error).toHaveBeenCalledExactlyOnceWith(
      'faye-online: the server refused: 403:/staff:Forbidden channel',
    );
  });

  it('is told when servers behind one address do not know of each other', async () => {
    server.refuse = ({ channel, clientId }) =>
      channel === '/meta/connect' ? `401:${clientId}:Unknown client` : undefined;
    const client = open({ client_opts: { retry: 0.1 } });
    await soon(() => expect(client.online.state).toBe('refused'));
    expect(client.online.reason).toContain('Unknown client');
  });
});

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
    const before = server.received.length;
    client.online.move({ room_channel: OTHER });
    expect([client.online.room_channel, client.online.time_channel, client.online.roster]).toEqual([OTHER, null, []]);
    await soon(() => expect(told).toEqual([' (0)', 'carol ann (2)']));
    const after = server.received.slice(before);
    expect(after.map(({ channel }) => channel)).toEqual(
      expect.arrayContaining(['/meta/unsubscribe', '/meta/connect', '/meta/subscribe']),
    );
    for (const message of after) expect(message.auth).toEqual({ room_channel: OTHER, current_user: ann });
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
    sayBeforeLeave(client, server.url, auth, true);
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

it('a page waits for a server that is not there yet', async () => {
  await server.stop();
  const client = open({ client_opts: { retry: 0.1 } });
  await soon(() => expect(client.online.state).toBe('offline'));
  await server.begin();
  await synced(client);
  expect(client.online.state).toBe('online');
});
