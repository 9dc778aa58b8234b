// The page's client against a stock Faye server: how the page stands with it, when things go wrong too.
import { describe, expect, it } from 'vitest';
import { connectAgain, hurry } from '../../lib/client/faye_client.js';
import { ann, auth, CLASS, carol, diary, here, joins, open, server, soon, states, synced } from './pages.js';

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

  it('waits for a server that is not there yet', async () => {
    await server.stop();
    const client = open({ client_opts: { retry: 0.1 } });
    await soon(() => expect(client.online.state).toBe('offline'));
    await server.begin();
    await synced(client);
    expect(client.online.state).toBe('online');
  });
});
