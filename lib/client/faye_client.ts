// What we must read and do inside of Faye.Client (faye 1.4), all here, and in spare.ts, handover.ts and goodbye.ts.
import type { FayeClient, Message } from './faye.js';
import { type Dispatcher, inside } from './faye_inside.js';

export const clientIdOf = (client: FayeClient): string | null => inside(client)._dispatcher.clientId ?? null;

/** `websocket`, `long-polling` or `cross-origin-long-polling`. */
export const transportOf = (client: FayeClient): string | undefined => inside(client)._dispatcher.connectionType;

/** Where the client sends to. */
export const urlOf = (client: FayeClient): string => inside(client)._dispatcher.endpoint.href;

/** Whether the server sent the client away for good: Faye then stays away. */
export const isSentAway = (client: FayeClient): boolean => inside(client)._advice.reconnect === 'none';

/** Seconds until Faye tries again what failed: a handshake that was refused, a message that got no reply. */
export function setRetry(client: FayeClient, seconds: number): void {
  inside(client)._dispatcher.retry = seconds;
}

/** Whether Faye holds a subscription, and so makes it anew by itself after every handshake. */
export const holds = (client: FayeClient, channel: string): boolean =>
  inside(client)._channels.getKeys().includes(channel);

/** Sends a subscribe message for a subscription that Faye holds already, as Faye itself does after a handshake. */
export const subscribeAgain = (client: FayeClient, channel: string): void =>
  void client.subscribe(channel, true as never);

/** The server forgot the client, which was away for too long. Faye makes a new handshake by itself. */
export const isForgotten = (message: Message): boolean => /:Unknown client/.test(message.error ?? '');

/**
 * Makes the server answer the connect that is on its way at once instead of holding it: after a failure Faye calls the
 * transport up when a reply comes, and a held connect has none for as long as nothing happens.
 */
export function wantPromptReply(client: FayeClient): void {
  for (const { message } of inside(client)._dispatcher._envelopes.values()) {
    if (message.channel === '/meta/connect') message.advice = { timeout: 0 };
  }
}

/** Sends now what waits for its next try or for a transport, and connects now if Faye is not connected. */
export function hurry(client: FayeClient): void {
  const { _dispatcher } = inside(client);
  for (const envelope of _dispatcher._envelopes.values()) {
    if (envelope.request) continue;
    if (envelope.timer) clearTimeout(envelope.timer);
    envelope.timer = null;
    _dispatcher._sendEnvelope(envelope);
  }
  client.connect();
}

/** Sends the connect that the server holds once more, under its own id: a sign of life that also tells a dead socket. */
export function connectAgain(client: FayeClient): void {
  wantPromptReply(client);
  const { _envelopes, _transport } = inside(client)._dispatcher;
  for (const { message, request } of _envelopes.values()) {
    // What has not gone out yet would go out twice in one request.
    if (!request || message.channel !== '/meta/connect' || _transport?._outbox.includes(message)) continue;
    _transport?.sendMessage(message);
  }
}

/** Puts other words into the `auth` of all that is on its way, and lets a client that was told to stay away try again. */
export function presentAs(client: FayeClient, auth: unknown): void {
  const { _advice, _dispatcher } = inside(client);
  for (const { message } of _dispatcher._envelopes.values()) message.auth = auth;
  if (_advice.reconnect === 'none') _advice.reconnect = 'retry';
}

/**
 * For a server of another origin. Faye would make the handshake by JSONP, which puts the user's token into a URL and which
 * the server does not answer: here everything goes through the WebSocket, tried again until it opens.
 */
export function useSocketOnly(client: FayeClient, retry: number): void {
  const { _dispatcher } = inside(client);
  const select = _dispatcher.selectTransport.bind(_dispatcher);
  _dispatcher.selectTransport = () => openSocket(_dispatcher, select, retry);
}

function openSocket(dispatcher: Dispatcher, select: (types: string[]) => void, retry: number): void {
  // Not always the client that it was made for: see handover.ts.
  const { _client: client } = dispatcher;
  const faye = inside(client);
  if (faye._state === faye.DISCONNECTED) return;
  try {
    select([]);
  } catch {
    // Allowed nothing, Faye finds no transport and says so. But it has begun to open the socket, for later.
  }
  const [socket] = dispatcher.transports.websocket?.values() ?? [];
  socket?.callback(() => {
    select(['websocket']);
    setTimeout(() => hurry(dispatcher._client));
  });
  socket?.errback(() => {
    dispatcher.transports = {};
    // Faye says so only of what was sent, and without a socket nothing can be.
    faye.trigger('transport:down');
    setTimeout(() => openSocket(dispatcher, select, retry), retry * 1000);
  });
}

/** Disconnects for good. `disconnect()` alone does nothing while a handshake is under way, which would then go on. */
export function end(client: FayeClient): void {
  const faye = inside(client);
  if (faye._state === faye.CONNECTED) return void client.disconnect();
  faye._state = faye.DISCONNECTED;
  faye._dispatcher.close();
}
