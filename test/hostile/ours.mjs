// The server under attack: faye-online as built, in a process that may die of it. Settings come as JSON in the first argument.
// @ts-check
import { setImmediate as turn } from 'node:timers/promises';
import express from 'express';
import { fayeOnline } from '../../dist/lib/index.js';
import { answer, countFaults, listen } from './answers.mjs';

const ROOM = '/classes/4';
const LESSON = '/courses/5/lessons/1';
const users = ['ann', 'bob', 'carol'];

/** @type {{identity: 'secret' | 'authenticate', timeout: number, host?: 'throws' | 'silent', redis?: string, count?: boolean}} */
const settings = JSON.parse(process.argv[2] ?? '{}');
if (settings.count) countFaults();

/** The host's session: a cookie says who it is, and it takes a turn of the event loop to know. */
async function authenticate({ headers }) {
  await turn();
  const user = /user=(\w+)/.exec(headers.cookie ?? '')?.[1];
  return user && users.includes(user) ? { uid: user, uname: user, room: ROOM, time: LESSON } : null;
}

const online = fayeOnline({
  ...(settings.identity === 'secret' ? { secret: 'a secret of the tests, 32 bytes long' } : { authenticate }),
  ...(settings.redis ? { redis: settings.redis } : {}),
  database: 'sqlite::memory:',
  timeout: settings.timeout,
  // All attackers are at one address, and are many there; the limits have tests of their own.
  limits: {
    handshakesPerSecond: 100_000,
    handshakeBurst: 100_000,
    messagesPerSecond: 1000,
    messageBurst: 100_000,
    clientsPerIp: 50_000,
    clientsPerUser: 50_000,
  },
  grace: 0.3,
  dashboard: { authorize: () => false },
  gc: 0.2,
});

// What a host may do wrong with Faye's own interfaces.
if (settings.host === 'throws') {
  online.bayeux.bind('subscribe', () => Promise.reject(new Error('a listener of the host')));
}
if (settings.host === 'silent') {
  online.bayeux.addExtension({ incoming: (message, pass) => message.channel.endsWith('/silent') || pass(message) });
}

const app = express();
app.disable('x-powered-by');
app.use(online);
const server = await listen(app);
online.attach(server);
await online.ready;

const tokens = {};
if (settings.identity === 'secret') {
  for (const user of users) tokens[user] = await online.token({ uid: user, uname: user, room: ROOM, time: LESSON });
}

/**
 * Publishes, and waits until it was delivered: a site that publishes faster than Redis takes it fills its own memory, whoever
 * reads what it says.
 * @param {string} channel
 * @param {unknown} data
 */
function publish(channel, data) {
  return new Promise((resolve, reject) => {
    const subscription = witness.subscribe(channel, () => {
      subscription.cancel();
      resolve(undefined);
    });
    subscription.then(() => online.publish(channel, data), reject);
  });
}
const witness = online.bayeux.getClient();

answer({
  publish,
  details: () => online.status(),
});
process.send?.({ ready: { port: server.address().port, tokens } });
