// What Prometheus is told: counts, and nobody's name.
import { describe, expect, it, vi } from 'vitest';
import { startHouse } from '../support/servers.js';
import { Tab } from '../support/tab.js';

const DASHBOARD = { user: 'admin', password: 'correct horse' };
const LOGIN = { authorization: `Basic ${Buffer.from('admin:correct horse').toString('base64')}` };
const auth = { room_channel: '/classes/4', current_user: { uid: 'ann-of-4', uname: 'Ann' } };

describe('the metrics', () => {
  it('count who is here, who came and who went, and name nobody', async () => {
    const house = await startHouse({ trustClients: true, dashboard: DASHBOARD });
    const ann = await (await Tab.open(house.faye, auth)).come('/classes/4/presence');
    const metrics = async (): Promise<string> =>
      (await fetch(`${house.url}/online/metrics`, { headers: LOGIN })).text();
    await vi.waitFor(async () => expect(await metrics()).toContain('faye_online_changes_total{cause="join"} 1'));
    expect(await metrics()).toMatch(/^faye_online_clients 1$/m);
    const { clientId } = ann;
    await ann.disconnect();
    await vi.waitFor(async () => expect(await metrics()).toContain('faye_online_changes_total{cause="leave"} 1'));
    for (const secret of ['ann-of-4', '/classes/4', clientId])
      expect(await house.online.metrics()).not.toContain(secret);
  });

  it('are for whom the dashboard is for', async () => {
    const house = await startHouse({ trustClients: true, dashboard: DASHBOARD });
    expect((await fetch(`${house.url}/online/metrics`)).status).toBe(401);
    const answer = await fetch(`${house.url}/online/metrics`, { headers: LOGIN });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringMatching(/^text\/plain/)]);
  });
});
