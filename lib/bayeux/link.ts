// One WebSocket as Faye and our engine see it: text out, one write per turn, closed when its peer does not keep up.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { ClientId, Millis } from '../domain.js';
import type { Cork } from './cork.js';
import type { FayeSocket, Message, Reply } from './faye.js';
import { textFrame, textFrames } from './frame.js';
import type { Network } from './networks.js';
import type { RefusalKind } from './refusal.js';
import { serialize } from './serialize.js';

/** RFC 6455 §7.4.1: the peer breaks a rule of ours (it reads too slowly, or does not answer pings). */
const POLICY = 1008;

/** Why a peer is given up: to be counted, and told in the close frame (at most 123 bytes). */
export interface Ending {
  readonly kind: RefusalKind;
  readonly text: string;
}

const SLOW: Ending = { kind: 'waiting', text: 'reads too slowly: more than limits.waiting bytes wait for it' };

/** One promise for all links on which nothing waits. */
export const IDLE: Promise<void> = Promise.resolve();

/** The answer to a connect, held until its time-out. */
export interface HeldAnswer {
  readonly id: Reply['id'];
  readonly text: string;
  readonly due: Millis;
}

export class Link implements FayeSocket {
  /** Whose messages come through this socket. */
  clientId: ClientId | null = null;
  /** The last time that the peer was heard: a message, a pong, an orderly close. */
  heardAt: Millis;
  /** Pings that were not answered. */
  missed = 0;
  held: HeldAnswer | null = null;
  /** The connect that is with Faye now, and how its answer is given up. */
  asking: { readonly message: Message; readonly giveUp: () => void } | null = null;
  /** Whether we gave the peer up, and why when that is a refusal. */
  dropped: Ending | boolean = false;
  /** Frames that still wait for the gate, and the end of their queue: they are handled in order. */
  backlog = 0;
  busy: Promise<void> = IDLE;
  /** How often it was told to send less, or sent what is of no use before a client came by it. */
  scolded = 0;

  constructor(
    readonly ws: WebSocket,
    readonly request: IncomingMessage,
    readonly socket: Duplex,
    readonly network: Network,
    readonly cork: Cork,
    /** Bytes that may wait for this peer. */
    readonly limit: number,
    now: Millis,
  ) {
    this.heardAt = now;
  }

  get open(): boolean {
    return this.ws.readyState === this.ws.OPEN;
  }

  hear(now: Millis): void {
    this.heardAt = now;
    this.missed = 0;
  }

  send(text: string): void {
    this.write(textFrame(text));
  }

  reply(replies: readonly Reply[]): void {
    for (const frame of textFrames(serialize(replies))) this.write(frame);
  }

  /** Writes a frame that was built before. A peer that does not read is closed instead of being waited for. */
  write(frame: Buffer): void {
    if (!this.open) return;
    // What was written in this turn waits for its end; only what waited before is the peer's fault.
    const slow = this.socket.writableCorked === 0 && this.socket.writableLength > this.limit;
    if (slow) this.drop(SLOW);
    else this.cork.write(this.socket, frame);
  }

  close(): void {
    this.ws.close();
  }

  /** Ends the connection without waiting for the peer, which does not listen anyway. */
  drop(why?: Ending): void {
    this.dropped ||= why ?? true;
    // What was said in this turn, and why it is the last, would go with the connection.
    while (this.socket.writableCorked > 0) this.socket.uncork();
    this.ws.close(POLICY, why?.text ?? '');
    this.ws.terminate();
  }
}
