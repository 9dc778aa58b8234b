// Which of several servers a room belongs to.
import { describe, expect, it } from 'vitest';
import { keyOf, rank } from '../../lib/client/servers.js';

const servers = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `https://online${i + 1}.example/faye`);
const rooms = Array.from({ length: 6000 }, (_, i) => `/classes/${i + 1}`);
const ann = { uid: 1, uname: 'ann' };

describe('a room', () => {
  it('belongs to one server, in whatever order a page names them', () => {
    const urls = servers(4);
    for (const room of rooms.slice(0, 50)) expect(rank([...urls].reverse(), room)).toEqual(rank(urls, room));
  });

  it('belongs where it always did', () => {
    expect(['/classes/4', '/classes/5', '/classes/6'].map((room) => rank(servers(3), room)[0])).toMatchInlineSnapshot(`
      [
        "https://online1.example/faye",
        "https://online1.example/faye",
        "https://online1.example/faye",
      ]
    `);
  });

  it.each([2, 3, 5, 8])('is as likely on one as on the other of %d servers', (count) => {
    const urls = servers(count);
    const even = rooms.length / count;
    for (let place = 0; place < 2; place++) {
      const found = rooms.map((room) => rank(urls, room)[place]);
      for (const url of urls) {
        const share = found.filter((other) => other === url).length / even;
        expect(share).toBeGreaterThan(0.9);
        expect(share).toBeLessThan(1.1);
      }
    }
  });

  it('stays where it is when another server is taken away, and the rooms of that one go to all the others', () => {
    const urls = servers(5);
    const [gone = ''] = urls;
    const heirs = new Map<string, number>();
    for (const room of rooms) {
      const [before, next = ''] = rank(urls, room);
      const [after = ''] = rank(urls.slice(1), room);
      expect(after).toBe(before === gone ? next : before);
      if (before === gone) heirs.set(after, (heirs.get(after) ?? 0) + 1);
    }
    expect(heirs.size).toBe(4);
    for (const count of heirs.values()) expect(count).toBeGreaterThan(200);
  });

  it('decides for its pages; without one, what their time is counted on does', () => {
    expect(keyOf({ room_channel: '/classes/4', time_channel: '/lessons/1', current_user: ann })).toBe('/classes/4');
    expect(keyOf({ time_channel: '/lessons/1', current_user: ann })).toBe('/lessons/1');
  });
});
