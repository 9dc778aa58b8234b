// A second connection of a page, to another server: it stands when that server knows the page and all its subscriptions.
import type { FayeClient, Message } from './faye.js';
import { inside } from './faye_inside.js';
import { letGo } from './goodbye.js';
import { News } from './news.js';

/** Far from the ids of the messages that the page's own connection may send meanwhile. */
const OTHER_IDS = 1e6;
/** Seconds within which a server that is well has answered. */
const ANSWER = 5;

/** A connection that stands. */
export interface Spare {
  readonly client: FayeClient;
  readonly subscribed: ReadonlySet<string>;
  /** What came through it: replies to subscriptions, and messages. */
  readonly heard: readonly Message[];
  /** What came through the page's own connection meanwhile. */
  readonly given: News;
}

/**
 * Opens it with what the page's own connection says in its messages. What comes is kept, and not given to anybody.
 * @param done told once: the spare, or null when the server is away, does not answer or says no
 * @returns how to give it up; then `done` is not told
 */
export function openSpare(client: FayeClient, spare: FayeClient, done: (spare: Spare | null) => void): () => void {
  const [own, other] = [inside(client), inside(spare)];
  const wanted = new Set(own._channels.getKeys());
  const subscribed = new Set<string>();
  const heard: Message[] = [];
  const given = new News();
  const give = (message: Message): void => given.add(message);
  let asked = false;
  let connected = false;
  let ended = false;

  function end(stands: boolean): void {
    ended = true;
    clearTimeout(timer);
    own._dispatcher.unbind('message', give);
    const known = other._state === other.CONNECTED;
    other._state = other.DISCONNECTED;
    if (!stands) letGo(client, other._dispatcher, known);
  }

  function fail(): void {
    if (ended) return;
    end(false);
    done(null);
  }
  const timer = setTimeout(fail, ANSWER * 1000);

  /** It connects once, and is answered at once: the connect that is held is sent by the page's own client, later. */
  function once(connect: Message): Message | null {
    if (asked) return null;
    asked = true;
    return { ...connect, advice: { timeout: 0 } };
  }

  /** Only now, so that the room as the new server knows it has this user in it. */
  function subscribe(): void {
    connected = true;
    for (const channel of wanted) spare.subscribe(channel, true as never);
  }

  function hear(message: Message): void {
    const { channel, successful, subscription = [] } = message;
    if (channel === '/meta/handshake' || channel === '/meta/connect') {
      if (!successful) fail();
      else if (channel === '/meta/connect') subscribe();
    } else {
      heard.push(message);
      if (channel === '/meta/subscribe') for (const name of ([] as string[]).concat(subscription)) subscribed.add(name);
    }
    if (ended || !connected || [...wanted].some((name) => !subscribed.has(name))) return;
    end(true);
    done({ client: spare, subscribed, heard, given });
  }

  own._dispatcher.bind('message', give);
  other._messageId = own._messageId + OTHER_IDS;
  other._dispatcher._disabled = [...own._dispatcher._disabled];
  Object.assign(other._dispatcher.headers, own._dispatcher.headers);
  spare.addExtension({
    outgoing: (message, next) =>
      own.pipeThroughExtensions('outgoing', message, null, (said) =>
        next(said?.channel === '/meta/connect' ? once(said) : said),
      ),
    incoming: (message, next) => {
      next(message);
      if (!ended) hear(message);
    },
  });
  spare.bind('transport:down', fail);
  spare.connect();
  return () => {
    if (!ended) end(false);
  };
}
