// Which of several servers a page goes to: one and the same for all pages of a room, without asking anybody.
import type { Auth } from './options.js';

/** What decides where a page belongs: its room; without one, what its user's time is counted on. */
export const keyOf = ({ room_channel, time_channel }: Auth): string => room_channel ?? time_channel ?? '';

/**
 * The servers in the order in which a page tries them: by rendezvous hashing. Every server gets a number for the key; the
 * highest is the key's own. Who takes a server away moves only its own keys, and those to all the others evenly.
 */
export function rank(urls: readonly string[], key: string): string[] {
  const weighed = urls.map((url) => ({ url, weight: hash(`${url} ${key}`) }));
  weighed.sort((a, b) => b.weight - a.weight || (a.url < b.url ? -1 : 1));
  return weighed.map(({ url }) => url);
}

/** FNV-1a of 32 bits, then the last mix of MurmurHash3: alone, FNV lets names that end alike stay together. */
export function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
