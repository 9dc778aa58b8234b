// Real pages in a real browser: the demo with its dashboard, and a page written for the gem.
import { describe, expect, it, vi } from 'vitest';
import { openBrowser, openPage, picture } from '../support/browser.js';
import { scratch, startProcess } from '../support/process.js';
import { startHouse } from '../support/servers.js';

describe('the demo', () => {
  it('shows ann and bob one another, and the dashboard both, until bob closes his page', async () => {
    const server = await startProcess({ DATABASE_URL: `sqlite:${await scratch()}/online.sqlite` });
    const browser = await openBrowser();
    const ann = await openPage(browser, server.url);
    const roster = async (): Promise<string[]> => ann.locator('#roster li').allTextContents();
    await ann.fill('[name=name]', 'Ann');
    await ann.click('form button');
    await vi.waitFor(async () => expect(await roster()).toEqual(['Ann']), 10_000);

    const bob = await openPage(browser, `${server.url}/?name=Bob&room=/classes/4&lesson=/courses/5/lessons/1`);
    await vi.waitFor(async () => expect(await roster()).toEqual(['Ann', 'Bob']), 10_000);
    expect(await ann.textContent('#count')).toBe('2');
    await vi.waitFor(async () => expect(await ann.textContent('#time')).not.toBe('0:00:00'), 15_000);

    const dashboard = await openPage(browser, `${server.url}/online`);
    await dashboard.getByRole('link', { name: '/classes/4', exact: true }).click();
    await vi.waitFor(async () => expect(await dashboard.textContent('main')).toMatch(/Ann[\s\S]*Bob/), 10_000);

    await picture(ann, 'demo');
    await picture(dashboard, 'room');
    await dashboard.goto(`${server.url}/online`);
    await picture(dashboard, 'dashboard');
    await dashboard.goBack();

    await bob.close({ runBeforeUnload: true });
    await vi.waitFor(async () => expect(await roster()).toEqual(['Ann']), 15_000);
    await dashboard.reload();
    expect(await dashboard.textContent('main')).not.toContain('Bob');

    await ann.click('#leave');
    await vi.waitFor(async () => {
      await dashboard.reload();
      expect(await dashboard.textContent('main')).not.toContain('Ann');
    }, 10_000);
    expect([...ann.errors, ...dashboard.errors]).toEqual([]);
  });

  it('counts a reload as one stay', async () => {
    const server = await startProcess({ DATABASE_URL: `sqlite:${await scratch()}/online.sqlite` });
    const browser = await openBrowser();
    const ann = await openPage(browser, `${server.url}/?name=Ann&room=/classes/4&lesson=/courses/5/lessons/1`);
    await ann.waitForSelector('#roster li');
    for (let i = 0; i < 3; i++) {
      await ann.reload();
      await ann.waitForSelector('#roster li');
    }
    interface Answer {
      data: { user: { presences: { since: string }[]; times: object[] }; log: { status: string; t: string }[] };
    }
    const ask = async () => ((await (await fetch(`${server.url}/online/api/users/ann`)).json()) as Answer).data;
    await vi.waitFor(
      async () => expect((await ask()).log.filter(({ status }) => status === 'in')).toHaveLength(4),
      10_000,
    );
    const { user, log } = await ask();
    expect(user.presences).toHaveLength(2);
    // Since her first page came, although it is long gone.
    for (const { since } of user.presences) expect(since.slice(0, 19)).toBe(log.at(-1)?.t.slice(0, 19));
  });
});

describe('a page that was written for the gem', () => {
  const page = (
    origin: string,
  ) => `<!doctype html><title>class</title><link rel="icon" href="data:,"><div id="list"></div>
    <script src="/faye/client.js"></script><script src="/faye/faye-online.js"></script>
    <script>
      var eoe = { class_channel: '/classes/4', lesson_channel: '/courses/5/lessons/1', current_user: { uid: 470700, uname: 'mvj3', uhash: 'x' } };
      eoe.faye = Faye.init_online_client({
        faye_url: '${origin}/faye',
        client_opts: {},
        auth_opts: { room_channel: eoe.class_channel, time_channel: eoe.lesson_channel, current_user: eoe.current_user }
      });
      eoe.faye.subscribe(eoe.class_channel + '/user_list', function (data) { document.getElementById('list').textContent = JSON.stringify(data); });
      eoe.faye.subscribe(eoe.class_channel, function (data) { document.title = data.text; });
    </script>`;

  it('works unchanged, without jQuery', async () => {
    const house = await startHouse({
      trustClients: true,
      grace: 0.5,
      after: (app) => app.get('/class', (request, response) => response.send(page(`http://${request.headers.host}`))),
    });
    const browser = await openBrowser();
    const ann = await openPage(browser, `${house.url}/class`);
    await vi.waitFor(
      async () => expect(await ann.textContent('#list')).toBe('{"count":1,"user_list":[470700]}'),
      10_000,
    );
    const second = await openPage(browser, `${house.url}/class`);
    await second.evaluate(() =>
      (globalThis as never as { eoe: { faye: { publish(channel: string, data: object): void } } }).eoe.faye.publish(
        '/classes/4',
        { text: 'hi' },
      ),
    );
    await vi.waitFor(async () => expect(await ann.title()).toBe('hi'), 10_000);
    await second.close();
    await ann.goto('about:blank');
    await vi.waitFor(async () => expect(await house.online.rooms()).toEqual([]), 10_000);
    await vi.waitFor(async () => expect(await house.online.log({ uid: '470700' })).toHaveLength(4), 5000);
    expect([...ann.errors, ...second.errors]).toEqual([]);
  });
});
