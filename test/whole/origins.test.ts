// Pages of other sites: mallory's may not come here, those that the host lists may.
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Options } from '../../lib/index.js';
import { readOptions } from '../../lib/options.js';
import { HANDSHAKE, posting } from '../support/post.js';
import { startHouse } from '../support/servers.js';

const SECRET = 's'.repeat(32);
const MODES: [name: string, options: Options][] = [
  ['secret', { secret: SECRET }],
  ['authenticate', { authenticate: () => null }],
  ['trustClients', { trustClients: true }],
];
const LISTED = 'https://school.example';

/** 101, or the status of the refusal. */
function upgrade(faye: string, headers: Record<string, string>): Promise<{ status: number; text: string }> {
  return new Promise((resolve) => {
    const socket = new WebSocket(faye.replace('http', 'ws'), { headers });
    socket.once('open', () => {
      socket.terminate();
      resolve({ status: 101, text: '' });
    });
    socket.once('unexpected-response', (_request, response) => {
      let text = '';
      response.on('data', (data) => (text += data));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    socket.on('error', () => undefined);
  });
}

describe.each(MODES)('with %s', (_name, options) => {
  it('only pages of this site come in, on HTTP and by WebSocket', async () => {
    const house = await startHouse({ ...options, origins: [LISTED] });
    const own = house.url;
    const { host } = new URL(own);
    const cases: [origin: string | null, allowed: boolean][] = [
      [null, true],
      [own, true],
      [own.toUpperCase(), true],
      [LISTED, true],
      ['https://SCHOOL.example:443', true],
      ['null', false],
      ['', false],
      ['https://mallory.example', false],
      ['http://school.example', false],
      ['https://school.example:8443', false],
      ['https://school.example.mallory.example', false],
      ['https://mallory.example#school.example', false],
      [`http://${host}.mallory.example`, false],
      [`http://mallory@${host}`, false],
      [`http://127.0.0.1`, false],
      [`${own}/`, false],
      [`${own} ${LISTED}`, false],
      ['file://', false],
    ];
    for (const [origin, allowed] of cases) {
      const headers: Record<string, string> = origin === null ? {} : { Origin: origin };
      const answer = await posting(house.faye, HANDSHAKE, headers);
      expect([origin, answer.status]).toEqual([origin, allowed ? 200 : 403]);
      if (!allowed) expect(await answer.text()).toContain('"origins"');
      const { status, text } = await upgrade(house.faye, headers);
      expect([origin, status]).toEqual([origin, allowed ? 101 : 403]);
      if (!allowed) expect(text).toContain('"origins"');
    }
  });
});

describe('a page of another origin', () => {
  const preflight = (faye: string, origin: string): Promise<Response> =>
    fetch(faye, {
      method: 'OPTIONS',
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'content-type',
      },
    });

  it('that is listed may post JSON, without cookies, and read the answer', async () => {
    const house = await startHouse({ secret: SECRET, origins: [LISTED] });
    const asked = await preflight(house.faye, LISTED);
    expect(asked.status).toBe(204);
    const answer = await posting(house.faye, HANDSHAKE, { Origin: LISTED });
    for (const { headers } of [asked, answer]) {
      expect(headers.get('access-control-allow-origin')).toBe(LISTED);
      expect(headers.get('vary')).toContain('Origin');
      expect(headers.get('access-control-allow-credentials')).toBeNull();
    }
    expect(asked.headers.get('access-control-allow-headers')).toContain('Content-Type');
    expect(asked.headers.get('access-control-allow-methods')).toBe('POST');
  });

  it('that is not listed is told so by its preflight, and gets no leave to read', async () => {
    const house = await startHouse({ secret: SECRET, origins: [LISTED] });
    const asked = await preflight(house.faye, 'https://mallory.example');
    expect(asked.status).toBe(403);
    expect(asked.headers.get('access-control-allow-origin')).toBeNull();
    const form = { Origin: 'https://mallory.example', 'Content-Type': 'application/x-www-form-urlencoded' };
    expect((await posting(house.faye, HANDSHAKE, form)).status).toBe(403);
  });

  it('may come from anywhere when tokens decide and the host says so', async () => {
    const house = await startHouse({ secret: SECRET, origins: '*' });
    const answer = await posting(house.faye, HANDSHAKE, { Origin: 'https://anybody.example' });
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://anybody.example');
    expect((await posting(house.faye, HANDSHAKE, { Origin: 'null' })).status).toBe(403);
    for (const options of [{ trustClients: true }, { authenticate: () => null }] as const) {
      expect(() => readOptions({ ...options, origins: '*' }, {})).toThrow(/"origins" may be "\*" only with "secret"/);
    }
  });

  it('may not post a form, wherever it is from', async () => {
    const house = await startHouse({ secret: SECRET });
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data']) {
      const headers = { Origin: house.url, 'Content-Type': type };
      expect((await posting(house.faye, HANDSHAKE, headers)).status).toBe(415);
    }
  });
});

describe('behind a proxy', () => {
  const forwarded = { 'X-Forwarded-Host': 'www.example.org', 'X-Forwarded-Proto': 'https' };

  it.each([
    ['that is trusted, the site is what it says', { trustProxy: 1 }, 'https://www.example.org', 200],
    ['that is trusted, plain HTTP is another site', { trustProxy: 1 }, 'http://www.example.org', 403],
    ['that is trusted by its address too', { trustProxy: 'loopback' }, 'https://www.example.org', 200],
    ['that is another one, it is not believed', { trustProxy: '10.0.0.0/8' }, 'https://www.example.org', 403],
    ['that nobody trusts, it is not believed', {}, 'https://www.example.org', 403],
  ])('%s', async (_what, options, origin, status) => {
    const house = await startHouse({ secret: SECRET, ...options });
    expect((await posting(house.faye, HANDSHAKE, { ...forwarded, Origin: origin })).status).toBe(status);
    expect((await upgrade(house.faye, { ...forwarded, Origin: origin })).status).toBe(status === 200 ? 101 : status);
  });
});
