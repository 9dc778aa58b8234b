// Long-polling's HTTP: reads one bounded JSON body, writes one JSON reply. No cookies, no GET, no forms.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Millis } from '../domain.js';
import { Body, type Room, takeTurn, tooLarge } from './body.js';
import type { Reply } from './faye.js';
import { BadRequest, parseJson } from './guard.js';
import { serialize } from './serialize.js';

/** The request may have passed a body parser of the host's. */
export type MaybeParsed = IncomingMessage & { readonly body?: unknown };

/** How long a body may take to come. */
const BODY_TIME: Millis = 10_000;
const TOO_SLOW = `the body did not come within ${BODY_TIME / 1000} seconds: send it at once`;
/** How much more of a body that is too large is read, and for how long, so that its sender hears why it is refused. */
const DRAINED = 1024 * 1024;
const DRAIN_TIME: Millis = 2_000;

/**
 * The JSON of a request: from the stream, or from the host's body parser when that was mounted before us. The body is read at
 * once, as what is not read costs most, and parsed in its network's turn.
 * @returns undefined when the peer went away in the middle
 * @param room for what is not whole yet
 * @throws BadRequest 400, 408, 413 or 415, or LimitReached
 */
export async function readJson(request: MaybeParsed, room: Room): Promise<unknown> {
  const { limit } = room;
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw new BadRequest(415, 'send Content-Type: application/json');
  const length = Number(request.headers['content-length'] ?? 0);
  if (length > limit) throw tooLarge(limit);
  if (request.readableDidRead) {
    await takeTurn(room);
    return parsedBody(request.body, limit);
  }
  const body = await receive(request, room);
  try {
    if (!body) return undefined;
    await takeTurn(room);
    return parseJson(body.text);
  } finally {
    body?.drop();
  }
}

function parsedBody(body: unknown, limit: number): unknown {
  if (body === undefined) {
    throw new BadRequest(400, 'the body was read by a middleware that is mounted before faye-online: mount it after');
  }
  const text = typeof body === 'string' || Buffer.isBuffer(body) ? body.toString() : textOf(body);
  if (Buffer.byteLength(text) > limit) throw tooLarge(limit);
  return parseJson(text);
}

function textOf(body: unknown): string {
  try {
    return JSON.stringify(body);
  } catch {
    throw new BadRequest(400, 'the message is nested too deeply: send less in one');
  }
}

/** @returns the whole body, to be dropped; null when the peer went away in the middle */
function receive(request: IncomingMessage, room: Room): Promise<Body | null> {
  return new Promise((resolve, reject) => {
    const body = new Body(room);
    const finish = (): void => {
      clearTimeout(timer);
      request.off('data', add).off('end', end).off('error', gone).off('close', gone);
    };
    const stop = (error: Error): void => {
      finish();
      body.drop();
      request.pause();
      reject(error);
    };
    const add = (chunk: Buffer): void => {
      const wrong = body.add(chunk);
      if (wrong) stop(wrong);
    };
    const end = (): void => {
      finish();
      resolve(body);
    };
    // The peer went away, or sent what HTTP does not know: there is nobody to answer.
    const gone = (): void => {
      finish();
      body.drop();
      resolve(null);
    };
    const timer = setTimeout(() => stop(new BadRequest(408, TOO_SLOW)), BODY_TIME);
    request.on('data', add).once('end', end).once('error', gone).once('close', gone);
  });
}

const HEADERS = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };

export const CLOSING = 'This server is closing: come again';

export function sendReplies(response: ServerResponse, replies: readonly Reply[]): void {
  if (!writable(response)) return;
  const body = Buffer.concat(serialize(replies));
  response.writeHead(200, {
    ...HEADERS,
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': body.length,
  });
  response.end(body);
}

/** Refuses a whole request. The connection is closed when a body was left unread. */
export function sendError(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string> = {},
): void {
  if (!writable(response)) return;
  const body = Buffer.from(`${text}\n`);
  const { req } = response;
  const unread = !req.readableEnded;
  response.writeHead(status, {
    ...HEADERS,
    ...headers,
    ...(unread ? { Connection: 'close' } : {}),
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': body.length,
  });
  const close = (): void => void response.end(() => req.destroy());
  // A connection that is closed while its peer still sends is reset, and then what we said is lost.
  if (unread && req.method === 'POST') response.write(body, () => drain(req, close));
  else if (unread) response.end(body, () => req.destroy());
  else response.end(body);
}

/** Reads and forgets what still comes: a little of it, for a little while. */
function drain(request: IncomingMessage, done: () => void): void {
  let left = DRAINED;
  const end = (): void => {
    clearTimeout(timer);
    request.off('data', take).off('end', end).off('close', end);
    done();
  };
  const take = (chunk: Buffer): void => {
    left -= chunk.length;
    if (left < 0) end();
  };
  const timer = setTimeout(end, DRAIN_TIME);
  request.on('data', take).once('end', end).once('close', end).resume();
}

const writable = (response: ServerResponse): boolean => !response.headersSent && !response.destroyed;
