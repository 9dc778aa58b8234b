// The outer shape of a token (JWS compact, RFC 7515), checked to the letter before anything is trusted or computed.
import { Unidentified } from './identity.js';

/** What a header may say: nothing but the key. */
export interface Header {
  readonly kid: string | undefined;
}

/** Characters. Longer tokens are refused unread. */
export const LONGEST = 8192;
const KID = 128;
/** They name or bring a key, or change what is signed. A key of the sender's own would prove nothing. */
const FOREIGN = ['jku', 'jwk', 'x5u', 'x5c', 'x5t', 'x5t#S256', 'crit', 'b64', 'enc', 'zip', 'cty'];

export function wrong(message: string): never {
  throw new Unidentified('token', message);
}

/**
 * Reads the header of a token and checks its three parts. The payload is left alone: nobody has proved it yet.
 * @throws Unidentified saying what to change; never with a part of the token
 */
export function readHeader(token: string): Header {
  if (token === '') return wrong('is empty: make one with online.token()');
  if (token.length > LONGEST) return wrong(`is too long: at most ${LONGEST} characters`);
  if (/\s/.test(token)) return wrong('has a blank or a line break in it: give it as it was made');
  const parts = token.split('.');
  if (parts.length !== 3 || parts.includes('')) {
    return wrong('must have three parts with dots between them: header.payload.signature');
  }
  if (!parts.every(isCanonical)) return wrong('has a part that is not base64url without padding (RFC 7515)');
  return checkHeader(readObject(decode(parts[0] ?? ''), 'header'));
}

/**
 * Reads JSON as strictly as everybody else must have read it: UTF-8, an object, no name twice.
 * @param part `header` or `payload`, for the message
 * @throws Unidentified
 */
export function readObject(bytes: Uint8Array, part: string): Record<string, unknown> {
  const json = parse(bytes);
  if (!json || typeof json.value !== 'object' || json.value === null || Array.isArray(json.value)) {
    return wrong(`has a ${part} that is not a JSON object`);
  }
  if (namesTwice(json.text)) return wrong(`has a ${part} that says something twice`);
  return json.value as Record<string, unknown>;
}

function checkHeader(header: Record<string, unknown>): Header {
  const { alg, typ, kid } = header;
  if (alg !== 'HS256') return wrong('must be signed with HS256 (header alg)');
  const foreign = FOREIGN.find((name) => Object.hasOwn(header, name));
  if (foreign) return wrong(`must not have ${foreign} in its header: alg, typ and kid are all it may say`);
  if (typ !== undefined && (typeof typ !== 'string' || !/^(application\/)?jwt$/i.test(typ))) {
    return wrong('must have the type JWT, or none (header typ)');
  }
  if (kid === undefined) return { kid };
  if (typeof kid !== 'string' || kid === '' || kid.length > KID) {
    return wrong(`must name its key by a string of at most ${KID} characters (header kid)`);
  }
  return { kid };
}

const decode = (part: string): Buffer => Buffer.from(part, 'base64url');

/** Whether there is one way only to write these bytes: no padding, no other alphabet, no bits that nobody reads. */
const isCanonical = (part: string): boolean => decode(part).toString('base64url') === part;

function parse(bytes: Uint8Array): { text: string; value: unknown } | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { text, value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

/** Whether an object in this (valid) JSON has a name twice; readers differ on which one counts. */
function namesTwice(json: string): boolean {
  const open: Set<string>[] = [];
  for (const [, string, colon, bracket] of json.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|([{}])/g)) {
    if (bracket === '{') open.push(new Set());
    else if (bracket === '}') open.pop();
    else if (string !== undefined && colon !== undefined) {
      const name = JSON.parse(string) as string;
      const names = open.at(-1);
      if (names?.has(name)) return true;
      names?.add(name);
    }
  }
  return false;
}
