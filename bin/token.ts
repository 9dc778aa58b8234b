// The command that prints a token: for a page, to try things out, or for a publisher outside the server's process.
import { Command, InvalidArgumentError, Option } from 'commander';
import { placeError } from '../lib/bayeux/channels.js';
import { grantError } from '../lib/grants.js';
import { Tokens } from '../lib/identity/tokens.js';

interface TokenFlags {
  readonly uid?: string;
  readonly uname?: string;
  readonly room?: string;
  readonly time?: string;
  readonly subscribe?: readonly string[];
  readonly publish?: readonly string[];
  readonly kid?: string;
  readonly expiresIn: number;
  readonly server?: true;
}

/**
 * @param env where FAYE_ONLINE_SECRET is
 * @param print takes the token and a line break, and nothing else: what a script can read
 */
export function tokenCommand(env: NodeJS.ProcessEnv, print: (text: string) => void): Command {
  return new Command('token')
    .description('print a token signed with FAYE_ONLINE_SECRET')
    .option('--uid <uid>', 'who: 1-64 characters; with --server a name for the publisher')
    .option('--uname <name>', 'the name that is shown (the uid)')
    .option('--room <channel>', 'where others see them, such as /classes/4')
    .option('--time <channel>', 'what their time is counted on, such as /courses/5/lessons/1')
    .option('--subscribe <channels...>', 'further channels to listen to')
    .option('--publish <channels...>', 'further channels to publish on')
    .option('--expires-in <seconds>', 'until when it may be used to come in, at most 30 days', wholeSeconds, 3600)
    .option('--kid <name>', 'the name of the key, when the server has several')
    .addOption(
      new Option('--server', 'for POST /online/api/publish instead of a page').conflicts([
        'uname',
        'room',
        'time',
        'subscribe',
        'publish',
      ]),
    )
    .action(async (flags: TokenFlags, command: Command) => {
      try {
        print(`${await make(flags, env)}\n`);
      } catch (error) {
        command.error(error instanceof Error ? error.message : String(error));
      }
    });
}

/** @throws TypeError naming what is wrong */
async function make({ uid, server, kid, expiresIn, ...claims }: TokenFlags, env: NodeJS.ProcessEnv): Promise<string> {
  const secret = env.FAYE_ONLINE_SECRET;
  if (!secret) throw new TypeError('FAYE_ONLINE_SECRET is not set: it must be the secret of the server');
  const tokens = new Tokens([{ secret, ...(kid === undefined ? {} : { kid }) }], placeError, { grantError });
  if (server) return tokens.signServer({ name: uid ?? 'server' }, { expiresIn });
  if (uid === undefined) throw new TypeError('give --uid <uid>, who it is for, or --server');
  return tokens.sign({ uid, ...claims, uname: claims.uname ?? uid }, { expiresIn });
}

function wholeSeconds(text: string): number {
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds < 1) throw new InvalidArgumentError('Give a whole number of seconds.');
  return seconds;
}
