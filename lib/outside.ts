// What the site's other servers may do: publish from outside the process, with a token, as much as a page may send.
import type { Limits } from './bayeux/limits.js';
import { shapeError } from './bayeux/shape.js';
import { Unidentified } from './identity/identity.js';
import type { Tokens } from './identity/tokens.js';

/** Whether a token is one for servers: true, or what is wrong with it. Keys that cannot be had are an error. */
export async function serverProof(tokens: Tokens, token: string): Promise<true | string> {
  try {
    await tokens.verifyServer(token);
    return true;
  } catch (error) {
    if (error instanceof Unidentified && error.code !== 500) return error.message;
    throw error;
  }
}

/**
 * What is to be published, without `__proto__` keys.
 * @throws RangeError `data: …` naming the limit, when no page could have sent it
 */
export function asPages(data: unknown, limits: Limits): unknown {
  for (const limit of ['depth', 'nodes'] as const) {
    // The data of a message is one level below the message.
    const tooMuch = shapeError({ data }, { depth: Infinity, nodes: Infinity, [limit]: limits[limit] });
    if (tooMuch) refuse(tooMuch, limit);
  }
  if (Buffer.byteLength(JSON.stringify(data) ?? '') > limits.bytes)
    refuse(`longer than ${limits.bytes} bytes`, 'bytes');
  return data;
}

function refuse(what: string, limit: keyof Limits): never {
  throw new RangeError(`data: The data is ${what}. Send less at once, or raise the option limits.${limit}.`);
}
