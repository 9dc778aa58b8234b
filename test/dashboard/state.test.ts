// A dashboard that is busy, in trouble, or empty.
import { describe, expect, it } from 'vitest';
import { openHouse, text } from './house.js';
import { calm, report } from './people.js';

describe('a busy dashboard', () => {
  const many = Array.from({ length: 250 }, (_, index) => ({ channel: `/classes/${index}`, count: 1 }));

  it('shows a hundred rooms a page, and all of them in JSON', async () => {
    const house = await openHouse({ report: { ...report, channels: async () => many } });
    expect(text(await house.html('/?rooms=2'))).toMatch(/101–200 of 250 ← Previous Next →/);
    expect(text(await house.html('/?rooms=99'))).toContain('201–250 of 250');
    expect(await house.json('/api/rooms')).toHaveProperty('data.rooms.length', 250);
    await house.close();
  });
});

describe('a dashboard with something to say', () => {
  const everyPage = [
    '/',
    '/rooms?name=/classes/4',
    '/users/1',
    '/log',
    '/at?channel=/lessons/1',
    '/nothing',
    '/log?limit=0',
  ];

  it('warns on every page that the server believes everybody, and of what does not work', async () => {
    const status = async () => ({ ...calm, insecure: true, degraded: ['Redis is away.'] });
    const house = await openHouse({ status });
    for (const path of everyPage) {
      expect(text(await house.html(path))).toMatch(
        /Not secure: anyone .* Not everything works right now. Redis is away./,
      );
    }
    await house.close();
  });

  it('is silent when all is well', async () => {
    const house = await openHouse();
    for (const path of everyPage) expect(await house.html(path)).not.toContain('class="banner');
    await house.close();
  });

  it('helps with one sentence where there is nothing', async () => {
    const nobody = { uid: '9', uname: 'dave', lastSeen: null, presences: [], times: [] };
    const empty = { ...report, channels: async () => [], log: async () => [], user: async () => nobody };
    const house = await openHouse({ report: empty });
    expect(await house.html('/')).toContain('No room has users now.');
    expect(await house.html('/')).toContain('No time is being counted now.');
    expect(await house.html('/log')).toContain('Nobody has come or gone yet.');
    expect(await house.html('/log?uid=9')).toContain('nothing that fits');
    expect(text(await house.html('/users/9'))).toMatch(
      /dave offline .* never seen yet .* Not online\. .* No time yet\./,
    );
    await house.close();
  });
});
