// Bayeux by HTTP, message by message: what is posted, and what comes back.
import type { Wire } from './tab.js';

export const HANDSHAKE = {
  channel: '/meta/handshake',
  version: '1.0',
  supportedConnectionTypes: ['websocket', 'long-polling'],
};
export const CONNECT = { channel: '/meta/connect', connectionType: 'long-polling' };

export const posting = (faye: string, messages: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(faye, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(messages),
  });

/** @returns the replies, and what was delivered with them */
export async function post(faye: string, messages: unknown, headers?: Record<string, string>): Promise<Wire[]> {
  return (await (await posting(faye, messages, headers)).json()) as Wire[];
}

/** The first reply. */
export async function ask(faye: string, message: object, headers?: Record<string, string>): Promise<Wire> {
  const [reply] = await post(faye, [message], headers);
  if (!reply) throw new Error('no reply');
  return reply;
}

/** @returns the clientId of a new client */
export async function comeIn(faye: string, auth?: object, headers?: Record<string, string>): Promise<string> {
  const { clientId } = await ask(faye, { ...HANDSHAKE, ...(auth ? { auth } : {}) }, headers);
  if (clientId === undefined) throw new Error('no clientId');
  return clientId;
}
