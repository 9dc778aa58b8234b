// What goes over the bus, as text.
import type { Channel, ClientId, Version } from '../domain.js';
import type { Message } from './faye.js';
import type { Letter } from './unreturned.js';

/** What one process alone is told. Most come from the scripts of the directory. */
export type Marker =
  | { readonly t: 'beat' }
  /** Sent by the process to itself: all that was said before has come. */
  | { readonly t: 'last' }
  /** From here on the client is yours; `from` has what waits for it, and will send it. */
  | {
      readonly t: 'took';
      readonly id: ClientId;
      readonly moves: number;
      readonly record: string;
      readonly from?: string;
    }
  /** From here on the client is `to`'s: send what waits for it. */
  | { readonly t: 'give'; readonly id: ClientId; readonly moves: number; readonly to: string }
  | { readonly t: 'sub'; readonly id: ClientId; readonly channel: Channel; readonly on: boolean }
  | { readonly t: 'session'; readonly id: ClientId; readonly session: string }
  | { readonly t: 'gone'; readonly id: ClientId }
  /** `again`: it was passed on before, and is so no further. */
  | { readonly t: 'send'; readonly id: ClientId; readonly message: string; readonly again: boolean }
  | ({ readonly t: 'state'; readonly id: ClientId; readonly moves: number } & Parcel);

/** What a client that was given has at the process that had it. */
export interface Parcel {
  /** What waited for it. */
  readonly waiting: readonly Message[];
  /** How far it was told there, on channels on which that matters. */
  readonly said?: Readonly<Record<Channel, Version>>;
}

/** Takes apart what everybody hears: `m<node> <number>` and a letter, or `t<node>` and tidings. */
export function bodyOf(text: string): { kind: string | undefined; from: string; number: number; body: string } {
  const end = text.indexOf('\n');
  const [from = '', number] = text.slice(1, end).split(' ');
  return { kind: text[0], from, number: Number(number), body: text.slice(end + 1) };
}

/** A letter is its channel, a new line, and its JSON. */
export function letterOf(body: string): Letter {
  const end = body.indexOf('\n');
  return { channel: body.slice(0, end), json: body.slice(end + 1) };
}
