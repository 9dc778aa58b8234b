// The network that an address belongs to, for counting: who has one address of it may have all of them.
import { isIP } from 'node:net';

/**
 * @param address as Express tells it (`req.ip`), so perhaps out of a header that anybody can write.
 * @returns an IPv4 address as it is; of an IPv6 address its /64, which is one household; and one name for all the rest,
 * so that nobody becomes many by writing nonsense.
 */
export function networkOf(address: string): string {
  // Some proxies write the port behind the address.
  const bare = address.replace(/^\[(.*)\](:\d+)?$|^([\d.]+):\d+$/s, '$1$3').replace(/%.*$/s, '');
  if (isIP(bare) === 4) return bare;
  if (isIP(bare) !== 6) return 'unknown';
  const groups = groupsOf(bare);
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (mapped) return groups.slice(6).flatMap(bytesOf).join('.');
  return groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':');
}

/** The eight groups, also of `::1` and of `::ffff:192.0.2.1`. */
function groupsOf(address: string): number[] {
  const [before = '', after] = address.split('::');
  const head = numbersIn(before);
  const tail = after === undefined ? [] : numbersIn(after);
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

const numbersIn = (text: string): number[] =>
  text.split(':').flatMap((group) => {
    if (group === '') return [];
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });

const bytesOf = (group: number): number[] => [group >> 8, group & 255];
