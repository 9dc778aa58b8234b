// Replies as JSON text. A snapshot that many get is made into text once.
import type { Reply } from './faye.js';

const texts = new WeakMap<object, string>();

export const serialize = (replies: readonly Reply[]): string => `[${replies.map(serializeOne).join()}]`;

function serializeOne({ ext, ...reply }: Reply): string {
  if (ext === undefined) return JSON.stringify(reply);
  const { presence, ...others } = ext;
  if (typeof presence !== 'object' || presence === null) return JSON.stringify({ ...reply, ext });
  const rest = JSON.stringify(others);
  const before = rest === '{}' ? '{' : `${rest.slice(0, -1)},`;
  return `${JSON.stringify(reply).slice(0, -1)},"ext":${before}"presence":${textOf(presence)}}}`;
}

function textOf(snapshot: object): string {
  const known = texts.get(snapshot);
  if (known !== undefined) return known;
  const text = JSON.stringify(snapshot);
  texts.set(snapshot, text);
  return text;
}
