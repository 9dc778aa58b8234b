// What a server may say, and what it may never say: the known shapes of Bayeux, and nothing that is somebody else's.
import { MARK } from './values.js';

const FIELDS = new Set([
  'channel',
  'id',
  'clientId',
  'successful',
  'error',
  'advice',
  'version',
  'supportedConnectionTypes',
  'subscription',
  'ext',
  'data',
]);
/** A clientId may begin like one, but has no dot. */
const TOKEN = /eyJ[\w-]+\./;
const ERROR = /^(\d{3}):[0-9A-Za-z\-_!~()$@ /*.,]*:[0-9A-Za-z\-_!~()$@ /*.,]*$/;
const CHANNEL = /^\/[\x21-\x7e]*$/;

interface Said {
  readonly [field: string]: unknown;
}

/** What a connection knows of clientIds. */
export interface Knowledge {
  /** Whether it was given this one, or said it itself. */
  knows(clientId: string): boolean;
  /** It is given this one now. @returns false when somebody had it before */
  given(clientId: string): boolean;
}

/** @returns what is wrong with what a server said, or null; `count` gets the code of every refusal, and `ok` */
export function wrong(text: string, knowledge: Knowledge, count: (code: string) => void): string | null {
  if (text.includes(MARK) || TOKEN.test(text)) return 'it tells what a client said of itself';
  const said: unknown = parsed(text);
  if (!Array.isArray(said)) return 'it is no list of messages';
  for (const one of said as unknown[]) {
    const fault = isMessage(one) ? faultOf(one, knowledge) : 'a message is no object';
    if (fault) return `${fault}: ${JSON.stringify(one)}`;
    count(codeOf(one as Said));
  }
  return null;
}

const isMessage = (one: unknown): one is Said => typeof one === 'object' && one !== null && !Array.isArray(one);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const codeOf = ({ successful, error }: Said): string =>
  successful === undefined ? 'delivered' : successful ? 'ok' : String(error).slice(0, 3);

function faultOf(message: Said, knowledge: Knowledge): string | null {
  const stranger = Object.keys(message).find((field) => !FIELDS.has(field));
  if (stranger !== undefined) return `it has a field "${stranger}"`;
  const { channel, id, clientId } = message;
  if (channel !== undefined && !(typeof channel === 'string' && CHANNEL.test(channel))) return 'channel is none';
  if (id !== undefined && typeof id !== 'string' && typeof id !== 'number') return 'id is neither text nor a number';
  if (clientId !== undefined && !isTheirs(clientId, message, knowledge))
    return 'it tells the clientId of somebody else';
  return message.successful === undefined ? deliveryFault(message) : replyFault(message);
}

function isTheirs(clientId: unknown, { channel, successful }: Said, knowledge: Knowledge): boolean {
  if (typeof clientId !== 'string') return false;
  return channel === '/meta/handshake' && successful ? knowledge.given(clientId) : knowledge.knows(clientId);
}

function replyFault({ successful, error, data, advice, subscription }: Said): string | null {
  if (typeof successful !== 'boolean') return 'successful is neither true nor false';
  if (data !== undefined) return 'a reply has data';
  if (!successful && !(typeof error === 'string' && ERROR.test(error))) return 'error is none of Bayeux';
  if (successful && error !== undefined) return 'a success has an error';
  if (advice !== undefined && (typeof advice !== 'object' || advice === null)) return 'advice is none';
  const channels = [subscription ?? []].flat();
  return channels.every((name) => typeof name === 'string') ? null : 'subscription is no channel';
}

/** A message that somebody published: the channel, the data, an id, and nothing of the one who sent it. */
function deliveryFault(message: Said): string | null {
  if (message.data === undefined) return 'it is neither a reply nor a delivery';
  const more = Object.keys(message).find((field) => !['channel', 'data', 'id'].includes(field));
  return more === undefined ? null : `a delivery tells ${more}`;
}
