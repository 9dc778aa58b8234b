// A page's client goes on through another connection: the same subscriptions, listeners and messages, another server.
import type { FayeClient, Message } from './faye.js';
import { type Dispatcher, inside } from './faye_inside.js';
import { letGo } from './goodbye.js';
import { isNews } from './news.js';
import type { Spare } from './spare.js';

const HANDSHAKE = '/meta/handshake';
const CONNECT = '/meta/connect';
/** Milliseconds that the new server may be behind the old one with a message. */
const LATE = 2000;
const OF_A_CONNECTION = [HANDSHAKE, CONNECT, '/meta/disconnect'];

/**
 * Gives the client the connection of the spare in the place of its own. If its own still works (`up`), what is on its way
 * there still comes, and what comes through both is given once; else what was not acknowledged is said again.
 */
export function handOver(client: FayeClient, spare: Spare, up: boolean): void {
  const own = inside(client);
  const other = inside(spare.client);
  const old = own._dispatcher;
  const fresh = other._dispatcher;
  const handshake = withdraw(client);

  own._dispatcher = fresh;
  own._messageId = other._messageId;
  own._connectRequest = null;
  fresh._client = client;
  // What becomes of the old connection is of no interest to the page.
  old._client = spare.client;
  fresh.unbind('message');
  old.unbind('message');
  sendAgain(fresh, old, !up);
  join(client, old, spare, up);
  own.trigger('transport:up');
  if (handshake !== undefined) completeHandshake(client, handshake);
  own._state = own.CONNECTED;
  client.connect();
  for (const channel of own._channels.getKeys()) {
    if (!spare.subscribed.has(channel)) client.subscribe(channel, true as never);
  }
}

/** Faye does not wait any more for the replies to its connect and its handshake. @returns the id of the handshake */
function withdraw(client: FayeClient): string | undefined {
  const { _dispatcher, _responseCallbacks } = inside(client);
  let handshake: string | undefined;
  for (const [id, { message, timer }] of _dispatcher._envelopes) {
    if (message.channel === CONNECT) _responseCallbacks.delete(id);
    if (message.channel !== HANDSHAKE) continue;
    handshake = id;
    if (timer) clearTimeout(timer);
    _dispatcher._envelopes.delete(id);
  }
  return handshake;
}

/** Sends through the new connection what waits for its next try, or `all` that was not acknowledged. */
function sendAgain(fresh: Dispatcher, old: Dispatcher, all: boolean): void {
  for (const [id, envelope] of old._envelopes) {
    if ((envelope.request && !all) || OF_A_CONNECTION.includes(envelope.message.channel)) continue;
    if (envelope.timer) clearTimeout(envelope.timer);
    old._envelopes.delete(id);
    if (fresh.clientId) envelope.message.clientId = fresh.clientId;
    envelope.request = envelope.timer = null;
    fresh._envelopes.set(id, envelope);
    fresh._sendEnvelope(envelope);
  }
}

/** Faye waited for its old server to know it: with this reply it does all that it had put off until then. */
function completeHandshake(client: FayeClient, id: string): void {
  const { _dispatcher } = inside(client);
  const { clientId, connectionType } = _dispatcher;
  const supportedConnectionTypes = [connectionType];
  const reply = { channel: HANDSHAKE, id, successful: true, supportedConnectionTypes };
  inside(client)._receiveMessage(clientId ? { ...reply, clientId } : reply);
}

/** While the old connection finishes and says goodbye, what comes through the new one waits. */
function join(client: FayeClient, old: Dispatcher, { client: spare, heard, given }: Spare, up: boolean): void {
  const own = inside(client);
  const fresh = own._dispatcher;
  const waiting = [...heard];
  const receive = (message: Message): void => own._receiveMessage(message);
  let done = false;

  old.bind('message', (message) => {
    if (OF_A_CONNECTION.includes(message.channel)) return;
    given.add(message);
    receive({ ...message, advice: {} });
  });
  const receiveOnce = (message: Message): void => {
    if (!isNews(message) || !given.take(message)) receive(message);
  };
  fresh.bind('message', (message) => {
    if (done || !isNews(message)) receiveOnce(message);
    else waiting.push(message);
  });
  const release = (): void => {
    done = true;
    sendAgain(fresh, old, true);
    for (const message of waiting) receiveOnce(message);
    setTimeout(() => given.clear(), LATE);
  };
  letGo(up ? client : spare, old, up, release);
}
