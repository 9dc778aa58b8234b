// The gate: who sent a message, and may they? Identity is fixed by the first message that proves it for a clientId.
import type { IncomingMessage } from 'node:http';
import type { ClientId } from '../domain.js';
import { Unidentified } from '../identity/identity.js';
import { BEFORE_LEAVE } from './channels.js';
import type { Advice, Message, Reply } from './faye.js';
import { bayeuxError, broken, type Guarded, refuse } from './guard.js';
import { TookTooLong } from './in_time.js';
import type { Link } from './link.js';
import type { Prover } from './prover.js';
import { farewell, type Limited, limitReply, type RefusalKind, type Why } from './refusal.js';
import { differ, Rights, type Subscriptions } from './rights.js';
import { nameError, type Rules } from './rules.js';
import type { Session, Sessions } from './sessions.js';
import type { Turnstile, Visit } from './turnstile.js';
import type { Validity } from './validity.js';

export interface GateOptions {
  readonly prover: Prover;
  readonly rules: Rules;
  /** Whether clients without identity are let in. They are never counted. */
  readonly anonymous: boolean;
  readonly sessions: Sessions;
  readonly turnstile: Turnstile;
  readonly validity: Validity;
  readonly onError: (error: unknown) => void;
}

/** A message may go on to Faye, or is answered here: `kind` says why it is refused, `over` that its client is taken out. */
export type Admission =
  | { readonly message: Message; readonly session?: Session; readonly visit?: Visit }
  | { readonly reply: Reply; readonly leaving: Session }
  | { readonly reply: Reply; readonly kind: RefusalKind; readonly over?: Why };

/** The WebSocket that a message came by: where it is from, whose it is by now, and whether somebody is still there. */
export type Origin = Pick<Link, 'network' | 'clientId' | 'open'>;

/** A client that may not come in should not knock again every few seconds; one that could not be judged should. */
const STOP: Advice = { reconnect: 'none' };
const AGAIN: Advice = { reconnect: 'handshake', interval: 5000 };
/** In a cluster: whose client it is cannot be known at the moment. It keeps its clientId and tries again. */
const RETRY: Advice = { reconnect: 'retry', interval: 1000 };

export class Gate {
  readonly #options: GateOptions;
  readonly #rights: Rights;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#rights = new Rights(options.rules, options.onError);
  }

  /** Ends subscriptions of clients that may not have them any more. */
  oversee(subscriptions: Subscriptions): void {
    this.#rights.oversee(subscriptions);
  }

  /**
   * Never throws: whatever is wrong becomes a reply.
   * @param socket the WebSocket that it came by: with that a client comes to this process, as it does with every connect
   */
  async admit(guarded: Guarded, request: IncomingMessage, socket?: Origin): Promise<Admission> {
    try {
      return await this.#admit(guarded, request, socket);
    } catch (error) {
      return this.#refusal(guarded.message, error);
    }
  }

  async #admit(guarded: Guarded, request: IncomingMessage, socket: Origin | undefined): Promise<Admission> {
    const { message } = guarded;
    if (message.channel === '/meta/handshake') return this.#handshake(guarded, request, socket);
    const session = this.#options.sessions.get(message.clientId);
    const isSettled = session && this.#isSettled(session, guarded, request, socket);
    return isSettled ? this.#hear(message, session) : this.#inquire(guarded, request, socket, session);
  }

  /** For a message of which it is not known whose it is. Whoever is refused has cost their network, and nobody else. */
  async #inquire(
    guarded: Guarded,
    request: IncomingMessage,
    socket: Origin | undefined,
    here: Session | undefined,
  ): Promise<Admission> {
    const { turnstile } = this.#options;
    const { message } = guarded;
    const network = socket?.network ?? turnstile.networkOf(request);
    const tooMuch = turnstile.doubt(network);
    if (tooMuch) return refused(message, tooMuch);
    const session = here ?? (await this.#find(message));
    if (!session) return this.#unknown(message);
    const limit = session === 'away' ? null : await this.#settle(session, guarded, request, socket);
    if (limit) return refused(message, limit);
    turnstile.trust(network);
    if (session === 'away') return away(message);
    const isElsewhere = session.channels !== undefined;
    return isElsewhere && comesBy(message, request, socket)
      ? this.#claim(session.id, guarded, request, socket)
      : this.#hear(message, session);
  }

  /** Takes a client over from another process. */
  async #claim(
    id: ClientId,
    guarded: Guarded,
    request: IncomingMessage,
    socket: Origin | undefined,
  ): Promise<Admission> {
    const { message } = guarded;
    // What waits for it would come too late for a poll that does not.
    const whole = message.advice?.timeout !== undefined;
    const session = await this.#options.sessions.claim(id, whole);
    if (session === 'away') return away(message);
    if (!session) return this.#unknown(message);
    // It may have said something else there meanwhile.
    const limit = await this.#settle(session, guarded, request, socket);
    return limit ? refused(message, limit) : this.#hear(message, session);
  }

  /** What is known to be a client's. */
  #hear(message: Message, session: Session): Admission | Promise<Admission> {
    const { turnstile, validity } = this.#options;
    // Whoever goes costs nothing more.
    const tooFast = message.channel === '/meta/disconnect' ? null : turnstile.speak(session);
    if (tooFast) return refused(message, tooFast);
    const over = session.identity && validity.over(session.identity);
    if (over) return { reply: farewell(message, over), kind: 'identity', over };
    if (message.channel === BEFORE_LEAVE) return { reply: accepted(message), leaving: session };
    if (message.channel.startsWith('/meta/')) return this.#meta(message, session);
    return this.#check(message, session, 'publish', [message.channel]);
  }

  #unknown(message: Message): Admission {
    const why = this.#options.sessions.banned(message.clientId);
    return { reply: why ? farewell(message, why) : unknownClient(message), kind: 'identity' };
  }

  /** The session of a client that is not here: another process may have it. */
  async #find({ clientId }: Message): Promise<Session | 'away' | undefined> {
    const { sessions } = this.#options;
    return clientId === undefined || sessions.banned(clientId) ? undefined : sessions.find(clientId);
  }

  /** Whoever passes is counted, until the visit is a session's or is cancelled. */
  async #handshake(
    { message, auth }: Guarded,
    request: IncomingMessage,
    socket: Origin | undefined,
  ): Promise<Admission> {
    const { prover, turnstile } = this.#options;
    const network = socket?.network ?? turnstile.networkOf(request);
    const full = turnstile.enter(network);
    if (full) return refused(message, full);
    try {
      const shown = await prover.prove(auth, request, message.channel, false);
      const crowded = shown && turnstile.crowds(shown.identity.user.uid);
      if (crowded) {
        turnstile.leave(network);
        return refused(message, crowded);
      }
      if (shown) turnstile.name(shown.identity.user.uid);
      return { message, visit: { network, shown, open: true } };
    } catch (error) {
      turnstile.leave(network);
      throw error;
    }
  }

  /**
   * Whether a message is its client's for certain. On the WebSocket of somebody else it is not: that one knows the clientId,
   * and is another.
   */
  #isSettled(session: Session, { auth }: Guarded, request: IncomingMessage, socket: Origin | undefined): boolean {
    const { prover, sessions } = this.#options;
    if (!session.identity || prover.isNews(session, auth, request)) return false;
    if (!socket || socket.clientId === null || socket.clientId === session.id) return true;
    const other = sessions.get(socket.clientId)?.identity;
    return !other || other.user.uid === session.identity.user.uid;
  }

  /** Settles who the session is, or throws Unidentified. @returns why it may say nothing now, or be none of its user's */
  async #settle(
    session: Session,
    guarded: Guarded,
    request: IncomingMessage,
    socket: Origin | undefined,
  ): Promise<Limited | null> {
    if (this.#isSettled(session, guarded, request, socket)) return null;
    const { anonymous, prover, sessions, turnstile } = this.#options;
    const { auth, message } = guarded;
    const tooFast = message.channel === '/meta/disconnect' ? null : turnstile.hurries(session);
    if (tooFast) return tooFast;
    const before = session.identity;
    const shown = await prover.prove(auth, request, message.channel, !anonymous || before !== null);
    if (!shown) return null;
    const { uid } = shown.identity.user;
    // It may have said who it is meanwhile.
    const known = session.identity?.user.uid;
    if (known !== undefined && known !== uid) throw new Unidentified('current_user.uid', ANOTHER);
    const crowded = known === undefined ? turnstile.crowds(uid) : null;
    if (crowded) return crowded;
    await sessions.identify(session, shown);
    if (differ(before, shown.identity)) await this.#rights.review(session);
    return null;
  }

  async #meta(message: Message, session: Session): Promise<Admission> {
    const { channel, subscription } = message;
    if (!META.has(channel)) return forbidden(message, bayeuxError(403, channel, NO_META));
    const channels = [subscription ?? []].flat();
    if (channel === '/meta/subscribe') return this.#check(message, session, 'subscribe', channels);
    for (const name of channels) {
      const wrong = nameError(name);
      if (wrong) return forbidden(message, wrong);
    }
    return { message, session };
  }

  async #check(
    message: Message,
    session: Session,
    action: 'subscribe' | 'publish',
    channels: string[],
  ): Promise<Admission> {
    for (const channel of channels) {
      const verdict = this.#options.rules(session.identity, action, channel);
      const error = verdict instanceof Promise ? await verdict : verdict;
      if (error) return forbidden(message, error);
    }
    return { message, session };
  }

  #refusal(message: Message, error: unknown): Admission {
    const comes = COMING_IN.has(message.channel);
    const reply = (code: number, field: string, text: string, advice: Advice): Reply =>
      refuse(message, bayeuxError(code, field, text), comes ? advice : undefined);
    if (error instanceof TookTooLong) {
      this.#options.onError(error);
      return { reply: reply(503, error.what, 'did not answer in time: try again later', AGAIN), kind: 'timeout' };
    }
    if (!(error instanceof Unidentified)) {
      this.#options.onError(error);
      return { reply: refuse(message, broken(message.channel)), kind: 'message' };
    }
    if (error.code === 500) this.#options.onError(error.cause);
    const advice = error.code === 500 ? AGAIN : STOP;
    return { reply: reply(error.code, error.field, error.message, advice), kind: 'identity' };
  }
}

const ANOTHER = 'is another user than this client came in with - handshake again';
const AWAY = bayeuxError(503, 'clientId', 'Whose it is cannot be known at the moment: try again');

const NO_META =
  'There are /meta/handshake, connect, subscribe, unsubscribe and disconnect: publish on a channel of your own, such as /classes/4/chat';
const META = new Set(['/meta/connect', '/meta/subscribe', '/meta/unsubscribe', '/meta/disconnect']);
const COMING_IN = new Set(['/meta/handshake', '/meta/connect']);

/** With its connection; but who broke that off since may have come to the other process by another. */
const comesBy = ({ channel }: Message, { socket: peer }: IncomingMessage, socket: Origin | undefined): boolean =>
  socket ? socket.open && channel !== '/meta/disconnect' : channel === '/meta/connect' && !peer.destroyed;

const refused = (message: Message, limit: Limited): Admission => ({
  reply: limitReply(message, limit),
  kind: limit.kind,
});

const away = (message: Message): Admission => ({ reply: refuse(message, AWAY, RETRY), kind: 'timeout' });

const forbidden = (message: Message, error: string): Admission => ({ reply: refuse(message, error), kind: 'channels' });

/** Begins as Faye's own words do, by which pages know it; the clientId is left out, which is a secret if it is somebody's. */
const UNKNOWN = bayeuxError(401, 'clientId', 'Unknown client - handshake again and use the clientId of that reply');
const NO_CLIENT = bayeuxError(401, 'clientId', 'is missing - handshake first and use the clientId of that reply');

/** As Faye answers a client that it does not know. */
const unknownClient = (message: Message): Reply =>
  refuse(
    { ...message, clientId: undefined },
    message.clientId === undefined ? NO_CLIENT : UNKNOWN,
    message.channel === '/meta/connect' ? { reconnect: 'handshake' } : undefined,
  );

const accepted = ({ channel, id, clientId }: Message): Reply => ({ channel, id, clientId, successful: true });
