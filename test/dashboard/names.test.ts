// What becomes of names that would like to be more than names.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../lib/report.js';
import { type House, openHouse } from './house.js';
import { calm, NOON, report } from './people.js';

describe.each([
  '<img src=x onerror=alert(1)>',
  '</script><script>alert(1)</script>',
  '"><svg onload=alert(1)>',
  "' onmouseover='alert(1)",
  '<%= 7*7 %>',
  '</title></main><style>',
  'javascript:alert(1)',
  '../../..//evil.example/?a=1&b=2#c',
  '\u202Edaed\u0000 \ud800',
])('a user, room and log that are called %j', (name) => {
  let house: House;
  const channel = `/${name}`;
  const who = { uid: name, uname: name };
  const hostile: Report = {
    ...report,
    channels: async () => [{ channel, count: 1 }],
    room: async (asked) => ({
      ...(await report.room(asked)),
      count: 1,
      users: [{ ...who, since: NOON, clients: 1 }],
    }),
    user: async (uid) => ({
      ...who,
      uname: uid,
      lastSeen: NOON,
      presences: [],
      times: [{ channel, ms: 1, running: true }],
    }),
    at: async () => [who],
    log: async () => [{ t: NOON, status: 'in', ...who, channel, client: name }],
  };
  const words = encodeURIComponent(sent(name).replaceAll('\u0000', ''));
  const paths = [
    '/',
    `/users?uid=${words}`,
    `/users/${words}`,
    `/rooms?name=/${words}`,
    `/log?uid=${words}`,
    `/at?channel=/${words}`,
  ];

  beforeAll(async () => {
    house = await openHouse({
      report: hostile,
      title: `T ${name}`,
      status: async () => ({ ...calm, degraded: [name] }),
    });
  });
  afterAll(() => house.close());

  it('show as they are written', async () => {
    for (const path of paths) {
      const page = await house.html(path);
      expect(page).not.toMatch(/<img|<svg onload|<script>|<\/script><|<style|<%| onmouseover='|href="javascript/);
      expect(page.match(/<script /g)).toHaveLength(1);
      expect(page).not.toMatch(/ (style|on[a-z]+)=["']/);
      expect(page.match(/<title>/g)).toHaveLength(1);
      expect(page).toContain(escaped(name));
    }
  });

  it('are found again by the links that lead to them', async () => {
    const page = await house.html('/log');
    const hrefs = [...page.matchAll(/href="(\/online\/(?:users|log\?channel)[^"]*)"/g)].map(([, href = '']) => href);
    expect(hrefs.length).toBeGreaterThan(0);
    for (const href of hrefs) {
      const url = new URL(href.replaceAll('&amp;', '&').replaceAll('&#39;', "'"), house.origin);
      expect(url.origin).toBe(house.origin);
      const asked = url.searchParams.get('uid') ?? url.searchParams.get('channel')?.slice(1);
      if (asked !== undefined) expect(asked).toBe(sent(name));
    }
  });
});

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};
const escaped = (name: string): string => sent(name).replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);

/** What becomes of half a character when it is sent. */
function sent(name: string): string {
  return Buffer.from(name).toString();
}
