// Replies as JSON, in pieces. A snapshot that many get is made into bytes once, and those are copied for nobody.
import type { Reply } from './faye.js';

export function serialize(replies: readonly Reply[]): Buffer[] {
  const pieces: Buffer[] = [];
  let text = '[';
  for (const [index, reply] of replies.entries()) {
    if (index > 0) text += ',';
    const { presence, ...others } = reply.ext ?? {};
    if (typeof presence === 'object' && presence !== null) {
      // The snapshot comes last, behind whatever else there is.
      const before = JSON.stringify({ ...reply, ext: undefined }).slice(0, -1);
      const rest = JSON.stringify(others).slice(1, -1);
      pieces.push(Buffer.from(`${text}${before},"ext":{${rest && `${rest},`}"presence":`), bytesOf(presence));
      text = '}}';
    } else text += JSON.stringify(reply);
  }
  return [...pieces, Buffer.from(`${text}]`)];
}

const known = new WeakMap<object, Buffer>();

function bytesOf(snapshot: object): Buffer {
  const before = known.get(snapshot);
  if (before) return before;
  const bytes = Buffer.from(JSON.stringify(snapshot));
  known.set(snapshot, bytes);
  return bytes;
}
