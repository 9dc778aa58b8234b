#!/usr/bin/env node
// The command line: start the server, make a token.
import { Command } from 'commander';
import { tokenCommand } from './token.js';

const program = new Command('faye-online').description('Who is online in each room, and how long on each lesson');

program
  .command('start', { isDefault: true })
  .description('start the server; it is configured by the environment (see the README)')
  .option('-p, --port <number>', 'port to listen on (PORT)')
  .action(async ({ port }: { port?: string }) => {
    if (port !== undefined) process.env.PORT = port;
    await import('../app.js');
  });

program.addCommand(tokenCommand(process.env, (text) => process.stdout.write(text)));

await program.parseAsync();
