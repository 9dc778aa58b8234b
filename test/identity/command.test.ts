// The command that makes a token for ann, or for a publisher outside the server.
import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { tokenCommand } from '../../bin/token.js';
import { placeError } from '../../lib/bayeux/channels.js';
import { grantError } from '../../lib/grants.js';
import { Tokens } from '../../lib/identity/tokens.js';
import { OTHER, SECRET } from './forge.js';

const server = new Tokens([{ secret: SECRET }, { kid: '2026', secret: SECRET }], placeError, { grantError });

/** What the command prints, to the one who reads tokens and to the one who reads errors. */
async function run(flags: string, secret: string | undefined = SECRET): Promise<{ out: string; err: string }> {
  let out = '';
  let err = '';
  const env = secret ? { FAYE_ONLINE_SECRET: secret } : {};
  const command = tokenCommand(env, (text) => {
    out += text;
  });
  command.exitOverride().configureOutput({
    writeErr: (text) => {
      err += text;
    },
  });
  await command.parseAsync(flags.split(' ').filter(Boolean), { from: 'user' }).catch((error: unknown) => {
    if (!(error instanceof CommanderError)) throw error;
  });
  return { out, err };
}

const made = async (flags: string): Promise<string> => (await run(flags)).out.trimEnd();

describe('faye-online token', () => {
  it('prints a token and nothing else; the name is the uid unless it is given', async () => {
    const { out, err } = await run('--uid ann --room /classes/4');
    expect(out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    expect(err).toBe('');
    const place = { room: '/classes/4' };
    await expect(server.verify(out.trimEnd())).resolves.toMatchObject({ user: { uid: 'ann', uname: 'ann' }, place });
    const named = await made('--uid 7 --uname Ann --time /lessons/1');
    await expect(server.verify(named)).resolves.toMatchObject({
      user: { uid: '7', uname: 'Ann' },
      place: { activity: '/lessons/1' },
    });
  });

  it('grants further channels, also the lists of other rooms', async () => {
    const token = await made('--uid ann --room /a --subscribe /news /classes/5/user_list --publish /chat');
    await expect(server.verify(token)).resolves.toMatchObject({
      subscribe: ['/news', '/classes/5/user_list'],
      publish: ['/chat'],
    });
  });

  it('names the key', async () => {
    const token = await made('--uid ann --room /a --kid 2026');
    await expect(server.verify(token)).resolves.toMatchObject({ user: { uid: 'ann' } });
    await expect(new Tokens(SECRET, placeError).verify(token)).rejects.toThrow(/names a key that is not there/);
  });

  it('makes a token for a publisher, which is none for a page', async () => {
    await expect(server.verifyServer(await made('--server'))).resolves.toMatchObject({ publisher: 'server' });
    const billing = await made('--server --uid billing --expires-in 60');
    const { publisher, issued, expires } = await server.verifyServer(billing);
    expect(publisher).toBe('billing');
    expect(expires - issued).toBeLessThanOrEqual(60_000);
    await expect(server.verify(billing)).rejects.toThrow(/is for servers that publish/);
  });

  it.each<[string, string, RegExp]>([
    ['nobody', '--room /a', /give --uid <uid>, who it is for, or --server/],
    ['nowhere', '--uid ann', /token: room or time is required/],
    ['no room at all', '--uid ann --room a', /token: room must be segments/],
    ['every channel', '--uid ann --room /a --subscribe /**', /token: subscribe.0 must name one channel: wildcards/],
    ['what is no channel', '--uid ann --room /a --subscribe /news a', /token: subscribe.1 must be a channel such as/],
    ['a reserved channel', '--uid ann --room /a --subscribe /meta/x', /token: subscribe.0 must not begin with \/meta/],
    ['a list', '--uid ann --room /a --publish /a/user_list', /token: publish.0 .* only the server publishes there/],
    ['no time', '--uid ann --room /a --expires-in 0', /whole number of seconds/],
    ['a year', '--uid ann --room /a --expires-in 31536000', /token: expiresIn must be seconds, at most 30 days/],
    ['a publisher in a room', '--server --room /a', /'--server' cannot be used with option '--room/],
    ['a nameless key', '--uid ann --room /a --kid=', /option "secret.0.kid" must not be empty/],
    ['what nobody knows', '--uid ann --rom /a', /unknown option '--rom'/],
  ])('makes none for %s, and says why', async (_what, flags, message) => {
    expect(await run(flags)).toEqual({ out: '', err: expect.stringMatching(message) });
  });

  it('needs the secret of the server, and does not repeat it', async () => {
    const flags = '--uid ann --room /a';
    expect(await run(flags, '')).toMatchObject({
      out: '',
      err: expect.stringMatching(/FAYE_ONLINE_SECRET is not set/),
    });
    const { err } = await run(flags, 'hunter2');
    expect(err).toMatch(/"secret.0.secret" must have at least 32 bytes/);
    expect(err).not.toContain('hunter2');
    const foreign = (await run(flags, OTHER)).out.trimEnd();
    await expect(server.verify(foreign)).rejects.toThrow(/wrong signature/);
  });
});
