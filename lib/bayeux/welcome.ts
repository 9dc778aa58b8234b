// What a new subscriber gets at once: the snapshot rides on the reply; the list comes as a message, as the gem's pages expect it.
import type { Channel, ClientId, Version } from '../domain.js';
import { PRESENCE, roomOf, USER_LIST } from './channels.js';
import type { Message, Reply } from './faye.js';
import type { Outlet } from './outlet.js';

export interface Welcome {
  snapshot(room: Channel): Promise<unknown>;
  list(room: Channel): Promise<unknown>;
  /** How far the subscribers of a channel were told here lately. */
  said(channel: Channel): Version | undefined;
  /** What a subscriber may have missed that was told so far elsewhere; null when nothing. */
  missed(channel: Channel, known: Version | undefined): Promise<unknown>;
}

export interface WelcomeOptions {
  readonly welcome: Welcome;
  readonly outlet: Outlet;
  readonly onError: (error: unknown) => void;
}

/** Rejects when the subscription could not be made known to other processes. */
export async function greet(
  { welcome, outlet, onError }: WelcomeOptions,
  { subscription, clientId }: Message,
  reply: Reply,
): Promise<void> {
  const written = outlet.written?.(clientId ?? '');
  if (written) await written;
  for (const channel of [subscription ?? []].flat()) {
    try {
      const seen = roomOf(channel, PRESENCE);
      if (seen) reply.ext = { ...reply.ext, presence: await welcome.snapshot(seen) };
      const listed = roomOf(channel, USER_LIST);
      if (listed) outlet.send(clientId ?? '', { channel, data: await welcome.list(listed) });
    } catch (error) {
      onError(error);
    }
  }
}

/** A subscriber came from another process, where it was told so far: it gets what was said here before it came. Never rejects. */
export async function catchUp(
  { welcome, outlet, onError }: WelcomeOptions,
  id: ClientId,
  channel: Channel,
  known: Version | undefined,
): Promise<void> {
  try {
    const data = await welcome.missed(channel, known);
    if (data !== null) outlet.send(id, { channel, data });
  } catch (error) {
    onError(error);
  }
}
