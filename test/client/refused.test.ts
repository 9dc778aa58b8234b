// The page's client and a server that says no: the page hears why, and neither gives up nor knocks without end.
import { describe, expect, it } from 'vitest';
import { auth, CLASS, open, server, soon, states, synced } from './pages.js';

const DENIED = '401:current_user.uid:Not the one of the token';

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
    server.refuse = ({ channel }) =>
      channel === '/meta/connect'
        ? `401:clientId:Unknown client - handshake again and use the clientId of that reply`
        : undefined;
    const client = open({ client_opts: { retry: 0.1 } });
    await soon(() => expect(client.online.state).toBe('refused'));
    expect(client.online.reason).toContain('Unknown client');
  });
});
