// A page whose token runs out: it gets another in time, and nobody sees it go; or it does not, and is gone.
import { createRequire } from 'node:module';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { FayeLibrary } from '../../lib/client/index.js';
import { init_online_client, type OnlineClient, type RefreshToken } from '../../lib/client/index.js';
import { type House, startHouse } from '../support/servers.js';

const Faye = createRequire(import.meta.url)('faye') as FayeLibrary;
const SECRET = 'an-hour-is-an-hour-is-an-hour-42';
const PLACE = { room: '/classes/4', time: '/courses/5/lessons/1' };

const tokenFor = (house: House, expiresIn: number): Promise<string> =>
  house.online.token({ uid: 'ann', uname: 'Ann', ...PLACE }, { expiresIn });

async function annIn(house: House, refresh_token?: RefreshToken): Promise<OnlineClient> {
  const client = init_online_client(
    {
      faye_url: house.faye,
      client_opts: { retry: 0.2 },
      auth_opts: {
        room_channel: PLACE.room,
        time_channel: PLACE.time,
        current_user: { uid: 'ann', uname: 'Ann' },
        token: await tokenFor(house, 1),
      },
      ...(refresh_token ? { refresh_token } : {}),
    },
    Faye,
  );
  onTestFinished(() => client.online.leave());
  await vi.waitFor(() => expect(client.online.count).toBe(1), 5_000);
  // An object with a `then` of its own cannot be what a promise gives.
  return [client] as unknown as OnlineClient;
}

describe('a token that runs out', () => {
  it('is renewed by the page, of which nobody sees anything', async () => {
    const house = await startHouse({ secret: SECRET, timeout: 0.5 });
    const refresh = vi.fn(() => tokenFor(house, 3600));
    const heard: string[] = [];
    house.online.on('leave', ({ kind }) => heard.push(kind));
    const [client] = (await annIn(house, refresh)) as unknown as [OnlineClient];
    await vi.waitFor(() => expect(refresh).toHaveBeenCalled(), 10_000);
    await vi.waitFor(() => expect(client.online.state).toBe('online'), 5_000);
    expect(refresh).toHaveBeenCalledTimes(1);
    expect(heard).toEqual([]);
  });

  it('is asked for again when the page could not get one', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const house = await startHouse({ secret: SECRET, timeout: 0.5 });
    const refresh = vi.fn(() => tokenFor(house, 3600)).mockRejectedValueOnce(new Error('no network'));
    await annIn(house, refresh);
    await vi.waitFor(() => expect(refresh).toHaveBeenCalledTimes(2), 15_000);
  });
});
