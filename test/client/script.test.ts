// The script-tag entry: it adds init_online_client to the Faye that a page has loaded before it.
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import type { FayeLibrary, init_online_client } from '../../lib/client/index.js';
import { auth, Faye, server, synced } from './pages.js';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

it('adds Faye.init_online_client', async () => {
  const global: FayeLibrary & { init_online_client?: typeof init_online_client } = { ...Faye };
  vi.stubGlobal('Faye', global);
  await import('../../lib/client/script.js');
  const client = global.init_online_client?.({ faye_url: server.url, auth_opts: auth });
  if (!client) throw new Error('no client');
  onTestFinished(() => client.online.leave());
  await synced(client);
});

it('names the script that has to come first', async () => {
  vi.stubGlobal('document', { currentScript: { src: 'https://school.example/faye/faye-online.js?v=1' } });
  await expect(import('../../lib/client/script.js')).rejects.toThrow(
    'put <script src="https://school.example/faye/client.js"></script> before it',
  );
});
