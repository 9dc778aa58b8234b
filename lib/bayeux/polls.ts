// Long-polling: a POST with messages, answered at once, or held while it waits for what comes.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ClientId, Millis } from '../domain.js';
import type { Exchange, Listener, Passed } from './exchange.js';
import type { Message, ProtocolServer, Reply } from './faye.js';
import { BadRequest, BROKEN, bayeuxError, refuse } from './guard.js';
import { CLOSING, readJson, sendError, sendReplies } from './http.js';
import { allowOrigin, FOREIGN, type Origins, sendPreflight } from './origins.js';
import type { Outlet } from './outlet.js';
import { LimitReached, type RefusalKind, retryAfter } from './refusal.js';
import type { Turnstile } from './turnstile.js';

export interface PollsOptions {
  readonly exchange: Exchange;
  readonly server: ProtocolServer;
  readonly outlet: Outlet;
  readonly listener: Listener;
  /** The client comes by polling now. */
  readonly supersede: (id: ClientId) => void;
  /** Bytes of a body. */
  readonly limit: number;
  readonly origins: Origins;
  readonly turnstile: Turnstile;
  readonly onRefusal: (kind: RefusalKind, request: IncomingMessage) => void;
  readonly now: () => Millis;
  readonly onError: (error: unknown) => void;
}

/** A held `/meta/connect`. */
interface Poll {
  readonly clientId: ClientId;
  readonly askedAt: Millis;
}

type Refused = (kind: RefusalKind, status: number, text: string, headers?: Record<string, string>) => void;

export class Polls {
  readonly #options: PollsOptions;
  readonly #held = new Map<ClientId, Poll>();
  #ending = false;

  constructor(options: PollsOptions) {
    this.#options = options;
  }

  /** Answers one HTTP request, in its network's turn when it is a POST. Never throws. */
  handle(request: IncomingMessage, response: ServerResponse): void {
    const { onRefusal, origins } = this.#options;
    const from = origins(request);
    const refused: Refused = (kind, status, text, headers) => {
      onRefusal(kind, request);
      sendError(response, status, text, headers);
    };
    if (from === 'listed') allowOrigin(request, response);
    if (from === 'foreign') refused('origins', 403, FOREIGN);
    else if (request.method === 'OPTIONS' && from === 'listed') sendPreflight(response);
    else if (request.method === 'POST') void this.#receive(request, response, refused);
    else refused('request', 405, ONLY_POST, { Allow: 'POST' });
  }

  /** Its peer may go away while it waits. Never rejects. */
  async #receive(request: IncomingMessage, response: ServerResponse, refused: Refused): Promise<void> {
    const { limit, onError, turnstile } = this.#options;
    try {
      const network = turnstile.networkOf(request);
      const body = await readJson(request, { limit, network, turnstile });
      if (this.#ending) sendError(response, 503, CLOSING);
      else if (body !== undefined && !isInVain(body, response)) await this.#exchange(body, request, response);
    } catch (error) {
      if (error instanceof LimitReached)
        return refused(error.limited.kind, 429, error.message, retryAfter(error.limited));
      if (error instanceof BadRequest) return refused(kindOf(error), error.status, error.message);
      onError(error);
      sendError(response, 500, BROKEN);
    }
  }

  /** Takes nothing more: what is not answered yet is told so. */
  close(): void {
    this.#ending = true;
  }

  /** Answers the poll that a client holds, because it comes by another way now. */
  supersede(id: ClientId): void {
    if (this.#held.delete(id)) this.#options.server.closeSocket(id);
  }

  async #exchange(body: unknown, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answers: (Reply[] | Promise<Reply[]>)[] = [];
    let clientId: ClientId | undefined;
    await this.#options.exchange.admit(body, request, (item) => {
      if (!('message' in item)) answers.push([item]);
      else if (item.message.channel !== '/meta/connect') answers.push(this.#process(item, request));
      else if (clientId !== undefined) answers.push([refuse(item.message, ONE_CONNECT)]);
      else if (this.#hold(item, response)) {
        clientId = item.message.clientId;
        answers.push(this.#process(item, request));
      }
    });
    const replies = (await Promise.all(answers)).flat();
    if (isGone(response)) this.#requeue(clientId, replies);
    else sendReplies(response, replies);
  }

  #process(item: Passed, request: IncomingMessage): Promise<Reply[]> {
    return new Promise((done) => this.#options.exchange.process(item, request, done));
  }

  /** @returns false when the peer went away while its message was at the gate: nobody is there to be held */
  #hold({ message, client }: Passed, response: ServerResponse): boolean {
    const { listener, now, server, supersede } = this.#options;
    const { clientId } = message;
    if (clientId === undefined) return true;
    if (isGone(response)) {
      // It may have come by another connection since.
      if (!server._engine.hasConnection(clientId)) listener.dropped(clientId, now());
      return false;
    }
    // Faye would forget the older of two connects, and never answer it.
    this.supersede(clientId);
    supersede(clientId);
    const poll: Poll = { clientId, askedAt: now() };
    this.#held.set(clientId, poll);
    if (client) listener.heard(client);
    listener.hold(clientId);
    response.once('close', () => this.#closed(poll, response.writableFinished));
    return true;
  }

  #closed(poll: Poll, answered: boolean): void {
    const { listener, now, server } = this.#options;
    if (this.#held.get(poll.clientId) !== poll) return;
    this.#held.delete(poll.clientId);
    if (answered) {
      listener.release(poll.clientId, poll.askedAt);
    } else {
      listener.dropped(poll.clientId, now());
      server.closeSocket(poll.clientId);
    }
  }

  /** The peer broke off in the middle: what it did not get waits for it. */
  #requeue(clientId: ClientId | undefined, replies: readonly Reply[]): void {
    if (clientId === undefined) return;
    this.#options.outlet.requeue(
      clientId,
      replies.filter(({ successful }) => successful === undefined),
    );
  }
}

/** A response that waits for others of its connection does not know when that is closed. */
const isGone = (response: ServerResponse): boolean => response.destroyed || response.req.socket.destroyed;

/** What somebody said before they went counts; but nobody is there any more to come in. */
const isInVain = (body: unknown, response: ServerResponse): boolean =>
  isGone(response) && [body].flat().every((message) => (message as Message | null)?.channel === '/meta/handshake');

const kindOf = ({ status }: BadRequest): RefusalKind => (status === 413 ? 'bytes' : 'request');

const ONLY_POST =
  'In place of GET, JSONP (callback-polling) and EventSource: POST Bayeux messages as JSON (long-polling), or open a WebSocket';
const ONE_CONNECT = bayeuxError(400, 'channel', 'One connect in one request: send the next when this one was answered');
