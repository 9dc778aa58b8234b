// What a host can listen to: typed events whose listeners cannot stop the server.
import { EventEmitter } from 'node:events';
import type { Adapter } from './bayeux/adapter.js';
import type { Change, Channel, ClientId, User } from './domain.js';

/** A user's coming to or going from a channel: their first client in, their last client out. */
export interface PresenceEvent {
  readonly user: User;
  readonly kind: 'room' | 'activity';
  readonly channel: Channel;
  /** When it happened: for a lost user the last proof of life. */
  readonly at: Date;
  readonly since: Date;
  readonly cause: Change['cause'];
}

/** `client` is a keyed hash of the clientId, which is a secret. */
export interface OnlineEvents {
  join: [event: PresenceEvent];
  leave: [event: PresenceEvent];
  handshake: [event: { readonly client: string }];
  subscribe: [event: { readonly client: string; readonly channel: Channel }];
  unsubscribe: [event: { readonly client: string; readonly channel: Channel }];
  publish: [event: { readonly client: string | null; readonly channel: Channel; readonly data: unknown }];
  disconnect: [event: { readonly client: string }];
  error: [error: unknown];
}

export class Events {
  readonly #emitter = new EventEmitter<OnlineEvents>({ captureRejections: true });
  readonly #onError: (error: unknown) => void;

  /** @param onError hears of errors that nobody listens to, and of listeners that throw or reject */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  get emitter(): EventEmitter<OnlineEvents> {
    return this.#emitter;
  }

  emit<E extends Exclude<keyof OnlineEvents, 'error'>>(event: E, ...args: OnlineEvents[E]): void {
    try {
      (this.#emitter as EventEmitter).emit(event, ...args);
    } catch (error) {
      this.error(error);
    }
  }

  /** Tells the `error` listeners, or logs it: an EventEmitter would throw when nobody listens. */
  error(error: unknown): void {
    this.#onError(error);
    try {
      if (this.#emitter.listenerCount('error') > 0) this.#emitter.emit('error', error);
    } catch (thrown) {
      this.#onError(thrown);
    }
  }

  /** A change as `join` and `leave`: only what began or ended for a user. What is only said again did neither. */
  change({ cause, user, steps }: Change): void {
    if (cause === 'again') return;
    for (const { type, kind, channel, presence, at, since } of steps) {
      if (presence === 'kept') continue;
      this.emit(type, { user, kind, channel, at: new Date(at), since: new Date(since), cause });
    }
  }
}

/** Faye's own events, without the clientIds, which are secrets. Nothing is hashed for nobody. */
export function forwardEvents(bayeux: Adapter, events: Events, keyOf: (id: ClientId) => string): void {
  const heard = (event: keyof OnlineEvents): boolean => events.emitter.listenerCount(event) > 0;
  for (const event of ['handshake', 'disconnect'] as const) {
    bayeux.bind(event, (id) => heard(event) && events.emit(event, { client: keyOf(id) }));
  }
  for (const event of ['subscribe', 'unsubscribe'] as const) {
    bayeux.bind(event, (id, channel) => heard(event) && events.emit(event, { client: keyOf(id), channel }));
  }
  bayeux.bind('publish', (id, channel, data) => {
    if (heard('publish')) events.emit('publish', { client: id === undefined ? null : keyOf(id), channel, data });
  });
}
