// The page's client as a module: init_online_client(options, Faye) makes a Faye.Client that is counted as online.
import type { FayeClient, FayeLibrary } from './faye.js';
import { useSocketOnly } from './faye_client.js';
import { Online } from './online.js';
import { type ClientOptions, checkOptions } from './options.js';
import { isForeign, type Page } from './page.js';
import { keyOf, rank } from './servers.js';

export type { State } from './connection.js';
export type { FayeClient, FayeExtension, FayeLibrary, FayePromise, FayeSubscription, Message } from './faye.js';
export type { Online } from './online.js';
export type { AuthOptions, ClientOptions, Place } from './options.js';
export type { RefreshToken } from './renewal.js';
export type { User } from './roster.js';

/** A Faye.Client, and what it knows of who is online. */
export type OnlineClient = FayeClient & { readonly online: Online };

/**
 * Makes a Faye.Client that says with every message whose page this is and where, and connects it.
 *
 * `client_opts` go to Faye over two defaults: `timeout` 25 (the server's own) and `retry` between 1 and 2, another one
 * in each page: shorter than the server's grace time, so that a lost socket does not take the user out of the room, and
 * spread, so that a server that comes back does not meet all pages at once. `interval` stays Faye's own 0.
 *
 * Of several `faye_url`s the page takes the one that its room belongs to, and goes to others and back by itself.
 *
 * A Faye.Client has a `then` of its own, so an async function cannot return one: what is awaited is its connection.
 *
 * @param Faye the library; by default the global that Faye's script `client.js` makes
 * @throws TypeError that names the option that is wrong
 */
export function init_online_client(
  options: ClientOptions,
  Faye: FayeLibrary | undefined = (globalThis as { Faye?: FayeLibrary }).Faye,
): OnlineClient {
  const { urls, clientOpts, auth, refresh } = checkOptions(options);
  if (!Faye?.Client) throw new Error('faye-online needs Faye: load its client.js first, or pass it as second argument');
  const { timeout = 25, retry = 1 + Math.random(), ...others } = clientOpts;
  const open = (url: string): FayeClient => {
    const client = new Faye.Client(url, { timeout, retry, ...others });
    client.disable('autodisconnect');
    // Both would put the clientId, a secret, into URLs, and the server answers neither.
    client.disable('eventsource');
    client.disable('callback-polling');
    if (isForeign(url, globalThis as Page)) useSocketOnly(client, retry);
    return client;
  };
  const [url = ''] = rank(urls, keyOf(auth));
  const client = open(url);
  return Object.assign(client, { online: new Online({ client, urls, open, retry, auth, refresh }) });
}
