// Faults that attacks and fuzzing found, each with its least input: they stay mended.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { frame, openBare, UPGRADE } from './frames.js';
import { HANDSHAKE, Peer, post, ROOM } from './peer.js';
import { startVictim, type Victim } from './victim.js';
import { say } from './wire.js';

let victim: Victim;
beforeAll(async () => {
  victim = await startVictim('ours.mjs', { identity: 'secret', timeout: 2 });
});
afterAll(() => victim.end());

const BAYEUX = /^\d{3}:[0-9A-Za-z\-_!~()$@ /*.,]*:[0-9A-Za-z\-_!~()$@ /*.,]*$/;

it('a body of null is answered', async () => {
  expect(await post(victim, 'null')).toMatchObject({ status: 200, replies: [{ successful: false }] });
});

describe('what a client said is not repeated raw in an error', () => {
  it('of a handshake', async () => {
    const { replies } = await post(victim, { ...HANDSHAKE, supportedConnectionTypes: ['\r\na:{<img>'] });
    expect(replies[0]?.error).toMatch(BAYEUX);
    expect(replies[0]).toMatchObject({ supportedConnectionTypes: ['websocket', 'long-polling'] });
  });

  it('of an unsubscribe', async () => {
    const bob = await new Peer(victim, 'bob').handshake();
    const { replies } = await bob.post({ channel: '/meta/unsubscribe', subscription: '/{x}:y' });
    expect(replies[0]?.error).toMatch(BAYEUX);
  });
});

it('with authenticate, a clientId is of no use to another who is signed in, though they claim nothing', async () => {
  const host = await startVictim('ours.mjs', { identity: 'authenticate', timeout: 2 });
  const bob = await new Peer(host, 'bob').subscribe(`${ROOM}/chat`);
  const message = {
    channel: '/meta/connect',
    connectionType: 'long-polling',
    clientId: bob.clientId,
    advice: { timeout: 0 },
  };
  const { replies } = await post(host, message, { headers: host.cookie('carol') });
  expect(replies[0]).toMatchObject({ successful: false });
  await host.end();
});

it('a request that offers h2c is answered as if it did not (Java’s clients send this)', async () => {
  const start = 'POST /faye HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
  const text = `${start}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: \r\nContent-Length: 2\r\n\r\n[]`;
  expect(await say(victim.port, text)).toBe('200');
});

it('a WebSocket that answers pings but never shakes hands is closed', async () => {
  expect(UPGRADE).toContain('websocket');
  const wire = await openBare(victim.port);
  const timer = setInterval(() => wire.write(frame('', { opcode: 10 })), 1000);
  expect(await wire.untilClosed(25_000)).toBe(true);
  clearInterval(timer);
});

it('a body that does not come is not waited for', async () => {
  const text = 'POST /faye HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n[';
  expect(await say(victim.port, text, 35_000)).toBe('408');
}, 40_000);
