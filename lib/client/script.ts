// The script `faye-online.js`: adds Faye.init_online_client to the Faye of `client.js`, as the gem's script did.
import type { FayeLibrary } from './faye.js';
import { type ClientOptions, init_online_client, type OnlineClient } from './index.js';

interface Global {
  Faye?: FayeLibrary & { init_online_client?(options: ClientOptions): OnlineClient };
  document?: { readonly currentScript: { readonly src?: string } | null };
}

const { Faye, document } = globalThis as Global;
if (!Faye?.Client) {
  const here = document?.currentScript?.src ?? '/faye/faye-online.js';
  const first = here.replace(/[^/]*$/, 'client.js');
  throw new Error(`faye-online.js needs Faye: put <script src="${first}"></script> before it`);
}
Faye.init_online_client = (options) => init_online_client(options, Faye);
