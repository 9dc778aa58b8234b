// What is refused says what to change: the whole texts, as ann's developer reads them.
import { describe, expect, it } from 'vitest';
import { Wire } from '../hostile/wire.js';
import { ask, CONNECT, comeIn, HANDSHAKE, post } from '../support/post.js';
import { type HouseOptions, portOf, startHouse } from '../support/servers.js';

const ROOM = '/classes/4';
const auth = { room_channel: ROOM, current_user: { uid: 'ann', uname: 'Ann' } };
const trusted = { trustClients: true } as const;

/** What Bayeux allows in an error, so that every client can read it. */
const READABLE = /^[0-9]{3}:[0-9A-Za-z\-_!~()$@ /*.]*:[0-9A-Za-z\-_!~()$@ /*.]{1,200}$/;
const SUCH_AS = 'such as /classes/4/chat';

/** The error that ann gets who came in and sends this. */
async function errorOf(message: object, options: HouseOptions = trusted): Promise<string | undefined> {
  const { faye } = await startHouse(options);
  const clientId = await comeIn(faye, auth);
  return (await ask(faye, { clientId, auth, ...message })).error;
}

describe('a Bayeux error says what to change', () => {
  const subscribe = (subscription: unknown): object => ({ channel: '/meta/subscribe', subscription });
  const unsubscribe = (subscription: unknown): object => ({ channel: '/meta/unsubscribe', subscription });
  const NO_CHANNEL = `Not a channel - segments of 0-9 A-Z a-z - _ ! ~ ( ) $ @ ${SUCH_AS} at most 10 of them and 138 characters`;

  it.each<[what: string, message: object, error: string]>([
    [
      'a meta channel that is none',
      { channel: '/meta/foo', data: 1 },
      `403:/meta/foo:There are /meta/handshake connect subscribe unsubscribe and disconnect - publish on a channel of your own ${SUCH_AS}`,
    ],
    [
      'a channel of the protocol',
      { channel: '/service/foo', data: 1 },
      `403:/service/foo:This channel is reserved - take one of your own ${SUCH_AS}`,
    ],
    ['no channel to subscribe to', subscribe('/classes/4/'), `405:/classes/4/:${NO_CHANNEL}`],
    ['no channel to unsubscribe from', unsubscribe('/classes/4/'), `405:/classes/4/:${NO_CHANNEL}`],
    [
      'wildcards to unsubscribe from',
      unsubscribe('/classes/*'),
      '403:/classes/*:Name the channels - wildcards are for the server only',
    ],
    [
      'a channel of the server',
      { channel: `${ROOM}/user_list`, data: 1 },
      '403:/classes/4/user_list:Only the server publishes here - take another channel where servers may publish too ' +
        '(online.publish or POST /online/api/publish)',
    ],
    [
      'another room',
      subscribe('/classes/5'),
      '403:/classes/5:You may not subscribe here - be in that room or lesson or have it in the claim subscribe of the token ' +
        'or let authorize allow it',
    ],
    [
      'a message that is too deep',
      { channel: ROOM, data: JSON.parse(`${'['.repeat(20)}${']'.repeat(20)}`) },
      '400:message:The message is nested deeper than 16 - send less in one or raise limits.depth or limits.nodes',
    ],
  ])('%s', async (_what, message, error) => {
    expect(await errorOf(message)).toBe(error);
    expect(error).toMatch(READABLE);
  });

  it('more subscriptions than a client may have', async () => {
    const { faye } = await startHouse({ ...trusted, limits: { subscriptions: 2 } });
    const clientId = await comeIn(faye, auth);
    await ask(faye, { clientId, auth, ...subscribe([`${ROOM}/a`, `${ROOM}/b`]) });
    expect(await ask(faye, { clientId, auth, ...subscribe(`${ROOM}/c`) })).toMatchObject({
      error: '403:subscription:At most 2 subscriptions of a client - end some or raise limits.subscriptions',
    });
  });

  it('two connects in one request', async () => {
    const { faye } = await startHouse({ ...trusted, timeout: 0.1 });
    const clientId = await comeIn(faye, auth);
    const connect = { ...CONNECT, clientId, auth };
    const errors = (await post(faye, [connect, connect])).flatMap(({ error }) => error ?? []);
    expect(errors).toEqual(['400:channel:One connect in one request - send the next when this one was answered']);
  });
});

describe('what the authorize of the site refuses is told as its refusal', () => {
  const message = { channel: ROOM, data: 1 };

  it('when it says no', async () => {
    expect(await errorOf(message, { ...trusted, authorize: () => false })).toBe(
      '403:/classes/4:The authorize of this site does not let you publish here - change that or have it in the claim publish of the token',
    );
  });

  it('when it fails', async () => {
    const authorize = () => Promise.reject(new Error('the database is away'));
    expect(await errorOf(message, { ...trusted, authorize })).toBe(
      '403:/classes/4:The authorize of this site failed so you may not publish here - its error is in the log of the server',
    );
  });

  it('and who is nobody is told to be somebody first', async () => {
    const { faye } = await startHouse({ ...trusted, anonymous: true });
    const clientId = await comeIn(faye);
    expect(await ask(faye, { ...message, clientId })).toMatchObject({
      error: '403:/classes/4:You may not publish here without an identity - say in auth who you are',
    });
  });
});

describe('an HTTP refusal says what to change', () => {
  it('whoever comes by GET, by JSONP or by EventSource is told what there is', async () => {
    const { faye } = await startHouse(trusted);
    const jsonp = `?jsonp=cb&message=${encodeURIComponent(JSON.stringify([HANDSHAKE]))}`;
    const stream = { headers: { Accept: 'text/event-stream' } };
    for (const answer of [await fetch(faye + jsonp), await fetch(`${faye}/abc`, stream)]) {
      expect([answer.status, answer.headers.get('allow'), await answer.text()]).toEqual([
        405,
        'POST',
        'In place of GET, JSONP (callback-polling) and EventSource: POST Bayeux messages as JSON (long-polling), or open a WebSocket\n',
      ]);
    }
  });

  it('whoever sends a body slowly is told how much time there is', async () => {
    const { server } = await startHouse(trusted);
    const wire = await Wire.open(portOf(server));
    wire.write('POST /faye HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n[');
    await wire.until(() => wire.text.includes('at once'), 20_000);
    expect(wire.text).toContain('the body did not come within 10 seconds: send it at once');
    wire.end();
  });
});
