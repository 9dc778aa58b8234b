// Ann, who is only there while the others attack: she goes on getting what is published for her, and nothing else.
import { CHAT, HANDSHAKE, openSocket } from '../hostile/peer.js';
import type { Victim } from '../hostile/victim.js';
import type { Account } from './account.js';

/** Milliseconds between two messages for her. */
const EVERY = 1000;

interface Reply {
  readonly channel?: string;
  readonly clientId?: string;
  readonly data?: { readonly forAnn?: number };
}

/** Stays until it is enough. Fails when a message does not come before the next one, or when she hears what she may not. */
export async function witness(
  victim: Victim,
  account: Account,
  goesOn: () => boolean,
  deadline: number,
): Promise<void> {
  const socket = await openSocket(victim, victim.cookie('ann'));
  const known = new Set<string>();
  const heard = new Set<number>();
  let clientId: string | undefined;
  const say = (message: object): void => socket.send(JSON.stringify({ ...message, clientId, ...victim.auth('ann') }));
  const connect = (): void => say({ channel: '/meta/connect', connectionType: 'websocket' });
  socket.on('message', (bytes) => {
    const text = String(bytes);
    account.heard(text, known, () => 'ann heard it', true);
    for (const { channel, clientId: given, data } of JSON.parse(text) as Reply[]) {
      if (channel === '/meta/handshake') {
        clientId = given;
        say({ channel: '/meta/subscribe', subscription: CHAT });
        connect();
      }
      if (channel === '/meta/connect') connect();
      if (channel === CHAT && data?.forAnn !== undefined) heard.add(data.forAnn);
    }
  });
  socket.on('close', () => goesOn() && account.fail('ann’s connection was closed', ''));
  say(HANDSHAKE);
  for (let n = 0; goesOn(); n++) {
    await new Promise((resolve) => setTimeout(resolve, EVERY));
    const asked = performance.now();
    await victim.ask('publish', CHAT, { forAnn: n });
    while (!heard.has(n) && performance.now() - asked < deadline)
      await new Promise((resolve) => setTimeout(resolve, 20));
    if (!heard.has(n)) account.fail(`ann did not get message ${n}`, '');
  }
  socket.terminate();
}
