// Ends the connection to one server, while the page goes on with another.
import type { FayeClient, Message } from './faye.js';
import { type Dispatcher, inside } from './faye_inside.js';

/** Seconds that a server has for all its answers. */
const ANSWER = 2;
const ID = 'goodbye';
const LAST = 'last poll';

/**
 * Closes it; if the server knows us (`known`), after what is on its way or waits there has arrived, and with a goodbye.
 * @param done told when nothing comes any more, before what is left unanswered is thrown away
 */
export function letGo(client: FayeClient, dispatcher: Dispatcher, known: boolean, done = (): void => undefined): void {
  const { _envelopes: envelopes, clientId } = dispatcher;
  let asked = dispatcher.connectionType === 'websocket';
  let said = false;
  let answered = false;

  function close(): void {
    clearTimeout(timer);
    dispatcher.unbind('message');
    done();
    for (const { timer } of envelopes.values()) if (timer) clearTimeout(timer);
    envelopes.clear();
    dispatcher.close();
    // Also those that were about to open.
    for (const socket of dispatcher.transports.websocket?.values() ?? []) socket.callback(() => socket.close());
  }

  function say(words: Message): void {
    const spoken = clientId ? { ...words, clientId } : words;
    inside(client).pipeThroughExtensions('outgoing', spoken, null, (message) => {
      if (message) dispatcher.sendMessage(message, ANSWER, { attempts: 1 });
    });
  }

  /** What waits between two polls would be thrown away with us. A poll that is held is answered when another comes. */
  function pollOnce(): void {
    asked = true;
    const { connectionType = 'long-polling' } = dispatcher;
    say({ channel: '/meta/connect', id: LAST, connectionType, advice: { timeout: 0 } });
  }

  function sayGoodbye(): void {
    const waits = [...envelopes.values()].some(
      ({ message: { channel, id } }) => channel !== '/meta/connect' || id === LAST,
    );
    if (said || waits) return;
    if (!asked) {
      pollOnce();
    } else {
      said = true;
      say({ channel: '/meta/disconnect', id: ID });
    }
  }

  const timer = setTimeout(close, known && clientId ? ANSWER * 1000 : 0);
  if (!known || !clientId) return;
  dispatcher.bind('message', ({ id, successful }) => {
    answered ||= id === ID;
    // After the goodbye a socket has nothing more to tell. A poll that was held is answered by itself.
    const last = dispatcher.connectionType === 'websocket' || envelopes.size === 0;
    if (answered && last && successful !== undefined) close();
    else sayGoodbye();
  });
  sayGoodbye();
}
