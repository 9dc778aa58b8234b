// The same attacks' yardstick: stock Faye 1.4.3 as its README has it, in a process that is meant to die of them.
// @ts-check
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import express from 'express';
import { answer, listen } from './answers.mjs';

const require = createRequire(import.meta.url);
const faye = require('faye');

/** @type {{variant: 'bare' | 'express' | 'async' | 'redis' | 'throws' | 'silent', timeout: number, redisPort?: number}} */
const { variant, timeout, redisPort } = JSON.parse(process.argv[2] ?? '{}');
const engine = variant === 'redis' ? { engine: { type: require('faye-redis'), port: redisPort } } : {};
const bayeux = new faye.NodeAdapter({ mount: '/faye', timeout, ...engine });

// Checking tokens is asynchronous, so this is what a host would write.
if (variant === 'async') {
  bayeux.addExtension({ incoming: (message, pass) => void Promise.resolve().then(() => pass(message)) });
}
if (variant === 'silent') {
  bayeux.addExtension({ incoming: (message, pass) => message.channel.endsWith('/silent') || pass(message) });
}
if (variant === 'throws') {
  bayeux.bind('subscribe', () => Promise.reject(new Error('a listener of the host')));
}

const app = express();
if (variant === 'express') app.use('/faye', (request, response) => bayeux.handle(request, response));
const server = await listen(variant === 'express' ? app : createServer());
if (variant !== 'express') bayeux.attach(server);

answer({
  publish: (/** @type {string} */ channel, /** @type {unknown} */ data) => {
    bayeux._server._engine.publish({ channel, data });
  },
});
process.send?.({ ready: { port: server.address().port, tokens: {} } });
