// What is refused says what to change: the whole texts, as ann's developer reads them.
import express, { type Express } from 'express';
import { describe, expect, it, vi } from 'vitest';
import type { Limits } from '../../lib/bayeux/limits.js';
import { Wire } from '../hostile/wire.js';
import { ask, CONNECT, comeIn, HANDSHAKE, post, posting } from '../support/post.js';
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
      'many ways to connect',
      { ...HANDSHAKE, supportedConnectionTypes: Array(17).fill('websocket') },
      '402:supportedConnectionTypes:supportedConnectionTypes must have at most 16 entries',
    ],
    [
      'no way to connect',
      { ...HANDSHAKE, supportedConnectionTypes: ['callback-polling'] },
      '301:supportedConnectionTypes:must have one of websocket long-polling',
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

describe('a limit says what raises it', () => {
  const PROXY = 'or if it is a proxy set trustProxy';

  it.each<[what: string, limits: Partial<Limits>, error: string]>([
    [
      'of pages from one address',
      { clientsPerIp: 1 },
      `429:clientsPerIp:Too many pages from this address - close some or raise limits.clientsPerIp ${PROXY}`,
    ],
    [
      'of handshakes from one address',
      { handshakesPerSecond: 1, handshakeBurst: 1 },
      `429:handshakesPerSecond:Too many handshakes from this address - wait or raise limits.handshakesPerSecond ${PROXY}`,
    ],
    [
      'of pages of one user',
      { clientsPerUser: 1 },
      '429:clientsPerUser:Too many open pages of this user - close some or raise limits.clientsPerUser',
    ],
    ['of pages', { clients: 1 }, '503:clients:This server is full - try again later or raise limits.clients'],
  ])('%s', async (_what, limits, error) => {
    const { faye } = await startHouse({ ...trusted, limits });
    await comeIn(faye, auth);
    expect(await ask(faye, { ...HANDSHAKE, auth })).toMatchObject({ error });
    expect(error).toMatch(READABLE);
  });

  it('of messages of one client', async () => {
    const { faye } = await startHouse({ ...trusted, limits: { messagesPerSecond: 1, messageBurst: 1 } });
    const clientId = await comeIn(faye, auth);
    const message = { channel: ROOM, data: 1, clientId, auth };
    expect((await post(faye, [message, message]))[1]).toMatchObject({
      error: '429:messagesPerSecond:Too many messages of this client - send fewer or raise limits.messagesPerSecond',
    });
  });
});

describe('who is not known is told whose word it is', () => {
  const come = async (options: HouseOptions, said?: object): Promise<string | undefined> => {
    const { faye } = await startHouse(options);
    return (await ask(faye, { ...HANDSHAKE, ...CONNECT, channel: '/meta/handshake', auth: said ?? {} })).error;
  };

  it('when the site knows nobody by the request', async () => {
    expect(await come({ authenticate: () => null })).toBe(
      '401:auth:you are not signed in - sign in at the site first - its authenticate knows nobody by this request',
    );
  });

  it('when the page says somebody else', async () => {
    const authenticate = () => ({ uid: 'bob', uname: 'Bob' });
    expect(await come({ authenticate }, auth)).toBe(
      '401:current_user.uid:differs from who is signed in - leave it out or sign in as that user',
    );
  });

  it.each<[what: string, known: unknown, error: string]>([
    ['whose uid is missing', { id: 7, uname: 'Ann' }, 'gave somebody whose uid is missing'],
    ['whose uname is missing', { uid: 7 }, 'gave somebody whose uname is missing'],
    [
      'whose room is no channel',
      { uid: 7, uname: 'Ann', room: 'class 4' },
      'gave somebody whose room must be segments of',
    ],
  ])('when the site knows somebody %s', async (_what, known, error) => {
    const errors = vi.fn();
    const { faye, online } = await startHouse({ authenticate: () => known as never });
    online.on('error', errors);
    expect(await ask(faye, { ...HANDSHAKE, auth })).toMatchObject({
      error: expect.stringMatching(new RegExp(`^500:authenticate:${error}`)),
      advice: { reconnect: 'handshake' },
    });
    expect(errors).toHaveBeenCalledOnce();
  });

  it('when the authenticate of the site fails', async () => {
    expect(await come({ authenticate: () => Promise.reject(new Error('no')) })).toBe(
      '500:authenticate:failed - its error is in the log of the server - try again later',
    );
  });
});

it('what goes wrong in the server is told to be in its log', async () => {
  const { faye, online } = await startHouse(trusted);
  online.bayeux.addExtension({
    incoming: () => {
      throw new Error('an extension of the host');
    },
  });
  expect(await ask(faye, HANDSHAKE)).toMatchObject({
    error: '500:/meta/handshake:Internal server error - the log of the server says more',
  });
});

it('what an extension keeps for itself is told to be kept', async () => {
  const { faye, online } = await startHouse({ ...trusted, timeout: 0.1 });
  online.bayeux.addExtension({ incoming: () => undefined });
  expect(await ask(faye, HANDSHAKE)).toMatchObject({
    error: '503:/meta/handshake:Not answered in time - try again - every extension must call its callback',
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

  it('what goes wrong in the server is told to be in its log', async () => {
    const broken = {
      get: () => {
        throw new Error('a body of the host');
      },
    };
    const before = (app: Express): void => {
      app.use(express.json(), (request, _response, next) => next(void Object.defineProperty(request, 'body', broken)));
    };
    const answer = await posting((await startHouse({ ...trusted, before })).faye, HANDSHAKE);
    expect([answer.status, await answer.text()]).toEqual([
      500,
      'Internal server error: the log of the server says more\n',
    ]);
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
