#!/usr/bin/env node
// The command line: start the server, make a token.
import { Command, InvalidArgumentError } from 'commander';
import { placeError } from '../lib/bayeux/channels.js';
import { Tokens } from '../lib/identity/tokens.js';
import { readOptions } from '../lib/options.js';

const program = new Command('faye-online').description('Who is online in each room, and how long on each lesson');

program
  .command('start', { isDefault: true })
  .description('start the server; it is configured by the environment (see the README)')
  .option('-p, --port <number>', 'port to listen on (PORT)')
  .action(async ({ port }: { port?: string }) => {
    if (port !== undefined) process.env.PORT = port;
    await import('../app.js');
  });

interface TokenFlags {
  readonly uid: string;
  readonly uname: string;
  readonly room?: string;
  readonly time?: string;
  readonly expiresIn: number;
}

program
  .command('token')
  .description('print a token signed with FAYE_ONLINE_SECRET')
  .requiredOption('--uid <uid>', 'who: 1-64 characters')
  .requiredOption('--uname <name>', 'the name that is shown')
  .option('--room <channel>', 'where others see them, such as /classes/4')
  .option('--time <channel>', 'what their time is counted on, such as /courses/5/lessons/1')
  .option('--expires-in <seconds>', 'until when it may be used to come in', wholeSeconds, 3600)
  .action(async ({ expiresIn, ...claims }: TokenFlags) => {
    const secret = process.env.FAYE_ONLINE_SECRET;
    if (!secret) return program.error('FAYE_ONLINE_SECRET is not set: it must be the secret of the server');
    try {
      readOptions({ secret }, {});
      const token = await new Tokens([{ secret }], placeError).sign(claims, { expiresIn });
      process.stdout.write(`${token}\n`);
    } catch (error) {
      program.error(error instanceof Error ? error.message : String(error));
    }
  });

function wholeSeconds(text: string): number {
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds < 1) throw new InvalidArgumentError('Give a whole number of seconds.');
  return seconds;
}

await program.parseAsync();
