// The gate: who sent a message, and may they? Identity is fixed by the first message that proves it for a clientId.
import type { IncomingMessage } from 'node:http';
import { Unidentified } from '../identity/identity.js';
import { BEFORE_LEAVE, isLiteral } from './channels.js';
import type { Advice, Message, Reply } from './faye.js';
import { bayeuxError, type Guarded, refuse } from './guard.js';
import { TookTooLong } from './in_time.js';
import type { Network } from './networks.js';
import type { Prover } from './prover.js';
import { farewell, type Limited, limitReply, type RefusalKind, type Why } from './refusal.js';
import type { Rules } from './rules.js';
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

/** A client that may not come in should not knock again every few seconds; one that could not be judged should. */
const STOP: Advice = { reconnect: 'none' };
const AGAIN: Advice = { reconnect: 'handshake', interval: 5000 };
/** In a cluster: whose client it is cannot be known at the moment. It keeps its clientId and tries again. */
const RETRY: Advice = { reconnect: 'retry', interval: 1000 };

export class Gate {
  readonly #options: GateOptions;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /**
   * Never throws: whatever is wrong becomes a reply.
   * @param socketOf where the WebSocket is from that it came by: with that a client comes to this process, as it does with
   * every connect
   */
  async admit(guarded: Guarded, request: IncomingMessage, socketOf?: Network): Promise<Admission> {
    try {
      return await this.#admit(guarded, request, socketOf);
    } catch (error) {
      return this.#refusal(guarded.message, error);
    }
  }

  async #admit(
    { message, auth }: Guarded,
    request: IncomingMessage,
    socketOf: Network | undefined,
  ): Promise<Admission> {
    if (message.channel === '/meta/handshake') return this.#handshake(message, auth, request, socketOf);
    const { sessions, turnstile, validity } = this.#options;
    const session = sessions.get(message.clientId) ?? (await this.#find(message, socketOf !== undefined));
    if (session === 'away') return { reply: refuse(message, AWAY, RETRY), kind: 'timeout' };
    if (!session) return this.#unknown(message);
    // Whoever goes costs nothing more.
    const tooFast = message.channel === '/meta/disconnect' ? null : turnstile.speak(session);
    if (tooFast) return refused(message, tooFast);
    const crowded = await this.#identify(session, message, auth, request);
    if (crowded) return refused(message, crowded);
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
  async #find({ channel, clientId }: Message, comes: boolean): Promise<Session | 'away' | undefined> {
    const { sessions } = this.#options;
    if (clientId === undefined || sessions.banned(clientId)) return undefined;
    return sessions.find(clientId, channel === '/meta/connect' || (comes && channel !== '/meta/disconnect'));
  }

  /** Whoever passes is counted, until the visit is a session's or is cancelled. */
  async #handshake(
    message: Message,
    auth: unknown,
    request: IncomingMessage,
    socketOf: Network | undefined,
  ): Promise<Admission> {
    const { prover, turnstile } = this.#options;
    const network = socketOf ?? turnstile.networkOf(request);
    const full = turnstile.enter(network);
    if (full) return refused(message, full);
    try {
      const shown = await prover.prove(auth, request, message.channel);
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

  /** Settles who the session is, or throws Unidentified. @returns why it may not be one more of its user's */
  async #identify(
    session: Session,
    message: Message,
    auth: unknown,
    request: IncomingMessage,
  ): Promise<Limited | null> {
    const { anonymous, prover, sessions, turnstile } = this.#options;
    if (session.identity && !prover.isNews(session, auth, request)) return null;
    const shown = await prover.prove(auth, request, message.channel);
    if (!shown) {
      if (anonymous && !session.identity) return null;
      throw prover.stranger();
    }
    const { uid } = shown.identity.user;
    if (session.identity && session.identity.user.uid !== uid) {
      throw new Unidentified('current_user.uid', 'is not the one that this client came in with');
    }
    const crowded = session.identity ? null : turnstile.crowds(uid);
    if (!crowded) await sessions.identify(session, shown);
    return crowded;
  }

  async #meta(message: Message, session: Session): Promise<Admission> {
    const { channel, subscription } = message;
    if (!META.has(channel)) return forbidden(message, bayeuxError(403, channel, 'This channel is reserved'));
    const channels = [subscription ?? []].flat();
    if (channel === '/meta/subscribe') return this.#check(message, session, 'subscribe', channels);
    const wrong = channels.find((name) => !isLiteral(name));
    if (wrong !== undefined) return forbidden(message, bayeuxError(405, wrong, 'Invalid channel'));
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
      return { reply: refuse(message, bayeuxError(500, message.channel, 'Internal server error')), kind: 'message' };
    }
    if (error.code === 500) this.#options.onError(error.cause);
    const advice = error.code === 500 ? AGAIN : STOP;
    return { reply: reply(error.code, error.field, error.message, advice), kind: 'identity' };
  }
}

const AWAY = bayeuxError(503, 'clientId', 'Not known at the moment: try again');

const META = new Set(['/meta/connect', '/meta/subscribe', '/meta/unsubscribe', '/meta/disconnect']);
const COMING_IN = new Set(['/meta/handshake', '/meta/connect']);

const refused = (message: Message, limit: Limited): Admission => ({
  reply: limitReply(message, limit),
  kind: limit.kind,
});

const forbidden = (message: Message, error: string): Admission => ({ reply: refuse(message, error), kind: 'channels' });

/** As Faye answers a client that it does not know. */
const unknownClient = (message: Message): Reply =>
  refuse(
    { ...message, clientId: undefined },
    bayeuxError(401, message.clientId ?? '', 'Unknown client'),
    message.channel === '/meta/connect' ? { reconnect: 'handshake' } : undefined,
  );

const accepted = ({ channel, id, clientId }: Message): Reply => ({ channel, id, clientId, successful: true });
