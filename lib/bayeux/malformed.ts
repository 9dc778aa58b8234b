// Upgrades at our path that are no WebSocket's: what to change, for whom wrote them by hand.
import type { Duplex } from 'node:stream';
import { refuseUpgrade } from './upgrades.js';

interface Remedy {
  readonly status: 400 | 405;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const BY_GET: Remedy = { status: 405, text: 'Open a WebSocket by GET', headers: { Allow: 'GET' } };
const OTHER: Remedy = { status: 400, text: 'This is no WebSocket: open it as RFC 6455 4.1 says' };

/** By the header that is wrong. */
const REMEDIES: Readonly<Record<string, Remedy>> = {
  'Sec-WebSocket-Key': { status: 400, text: 'Sec-WebSocket-Key must be 16 bytes in base64' },
  'Sec-WebSocket-Version': {
    status: 400,
    text: 'Sec-WebSocket-Version must be 13',
    headers: { 'Sec-WebSocket-Version': '13, 8' },
  },
  'Sec-WebSocket-Protocol': {
    status: 400,
    text: 'Sec-WebSocket-Protocol must be names with commas between, none twice',
  },
};

/**
 * Answers an upgrade that `ws` does not take, and closes.
 * @param reason what `ws` has against it: a sentence with the name of the header, of which only that is used
 */
export function refuseMalformed(socket: Duplex, method: string | undefined, reason: string): void {
  const header = /Sec-WebSocket-\w+/.exec(reason)?.[0] ?? '';
  const { status, text, headers } = method === 'GET' ? (REMEDIES[header] ?? OTHER) : BY_GET;
  refuseUpgrade(socket, status, text, headers);
}
