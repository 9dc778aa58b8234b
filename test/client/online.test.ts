// The page's client against a stock Faye server: who is in the room.
import { describe, expect, it, onTestFinished } from 'vitest';
import { init_online_client } from '../../lib/client/index.js';
import { ann, auth, bob, CLASS, carol, diary, Faye, here, joins, leaves, open, server, soon, synced } from './pages.js';

describe('a page of the gem', () => {
  it('gets the lists that it subscribes to', async () => {
    const lists: unknown[] = [];
    const client = init_online_client({ faye_url: server.url, client_opts: {}, auth_opts: auth }, Faye);
    onTestFinished(() => client.online.leave());
    client.subscribe(`${CLASS}/user_list`, (data) => lists.push(data));
    await soon(() => expect(server.on('/meta/subscribe')).toHaveLength(2));
    server.publish(`${CLASS}/user_list`, { count: 1, user_list: [470700] });
    await soon(() => expect(lists).toEqual([{ count: 1, user_list: [470700] }]));
  });

  it('says with every message whose it is and where', async () => {
    const client = open();
    await synced(client);
    await client.publish('/classes/4/chat', { text: 'hello' });
    expect(server.received.map(({ channel }) => channel)).toEqual(
      expect.arrayContaining(['/meta/handshake', '/meta/connect', '/meta/subscribe', '/classes/4/chat']),
    );
    for (const message of server.received) expect(message.auth).toEqual(auth);
  });

  it('is connected though it subscribes to nothing', async () => {
    const client = open({ auth_opts: { time_channel: '/courses/5/lessons/1', current_user: ann } });
    await soon(() => expect(server.on('/meta/connect')).toHaveLength(1));
    expect(server.on('/meta/subscribe')).toEqual([]);
    expect([client.online.room_channel, client.online.roster, client.online.count]).toEqual([null, [], 0]);
  });
});

describe('the roster of the room', () => {
  it('is what the server says when the page comes, and tells no joins', async () => {
    const client = open();
    const told = diary(client);
    await soon(() => expect(told).toEqual(['ann bob (2)']));
    const { room_channel, time_channel, current_user, roster, count, truncated } = client.online;
    expect([room_channel, time_channel, current_user]).toEqual([CLASS, '/courses/5/lessons/1', ann]);
    expect([roster, count, truncated]).toEqual([[ann, bob], 2, false]);
  });

  it('changes when carol joins and bob leaves', async () => {
    const client = open();
    await synced(client);
    const told = diary(client);
    server.tell(CLASS, joins(11, carol, 3));
    server.tell(CLASS, leaves(12, bob, 2));
    await soon(() => expect(told).toEqual(['+carol', 'ann bob carol (3)', '-bob', 'ann carol (2)']));
  });

  it('is told only to those who still want it', async () => {
    const client = open();
    await synced(client);
    const joined: string[] = [];
    const unbind = client.online.onJoin(({ uname }) => joined.push(uname));
    server.tell(CLASS, joins(11, carol, 3));
    await soon(() => expect(joined).toEqual(['carol']));
    unbind();
    server.tell(CLASS, leaves(12, carol, 2));
    server.tell(CLASS, joins(13, carol, 3));
    await soon(() => expect(client.online.count).toBe(3));
    expect(joined).toEqual(['carol']);
  });

  it('waits for its snapshot when a change comes first', async () => {
    let answer = (_: null): void => undefined;
    server.welcome = new Promise((resolve) => {
      answer = resolve;
    });
    const client = open();
    const told = diary(client);
    let seen = 0;
    client.subscribe(`${CLASS}/presence`, () => seen++);
    await soon(() => expect(server.on('/meta/subscribe')).toHaveLength(2));
    server.tell(CLASS, joins(11, carol, 3));
    await soon(() => expect(seen).toBe(1));
    expect(told).toEqual([]);
    answer(null);
    await soon(() => expect(told[0]).toBe('ann bob carol (3)'));
  });

  it('is asked for anew when a change stays away', async () => {
    const client = open();
    await synced(client);
    server.snapshots.set(`${CLASS}/presence`, here(12, ann, carol));
    server.tell(CLASS, joins(12, carol, 2));
    const told = diary(client);
    await soon(() => expect(told).toEqual(['+carol', 'ann bob carol (3)', '-bob', 'ann carol (2)']));
  });

  it('is asked for anew when the server begins to count anew', async () => {
    const client = open();
    await synced(client);
    const told = diary(client);
    server.snapshots.set(`${CLASS}/presence`, { ...here(1, carol), epoch: 'f' });
    server.tell(CLASS, { ...joins(2, ann, 2), epoch: 'f' });
    await soon(() => expect(told).toEqual(['-bob', '+carol', 'carol ann (2)']));
  });

  it('is asked for again when the server had none', async () => {
    server.snapshots.clear();
    const client = open();
    await soon(() => expect(server.on('/meta/subscribe')).toHaveLength(1));
    server.snapshots.set(`${CLASS}/presence`, here(10, ann));
    await soon(() => expect(client.online.roster).toEqual([ann]));
    expect(client.online.state).toBe('online');
  });

  it("survives a listener that throws, and the page's own error handler hears of it", async () => {
    const client = open();
    await synced(client);
    const uncaught = new Promise((resolve) => process.once('uncaughtException', resolve));
    const [handler] = process.listeners('uncaughtException');
    if (handler) process.off('uncaughtException', handler);
    onTestFinished(() => void (handler && process.on('uncaughtException', handler)));
    client.online.onJoin(() => {
      throw new Error('a mistake of the page');
    });
    server.tell(CLASS, joins(11, carol, 3));
    await soon(() => expect(client.online.count).toBe(3));
    expect(String(await uncaught)).toContain('a mistake of the page');
  });
});
