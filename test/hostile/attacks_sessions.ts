// Attacks that need a client, their own or somebody else's: what others lose by them, and what is kept for those who do not read.
import type { Attack } from './attack.js';
import { CHAT, HANDSHAKE, openSocket, Peer, post, ROOM, sendFrame } from './peer.js';
import type { Victim } from './victim.js';

const nested = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);

/** Publishes what is nested too deeply to bob, then something else. @returns the error of the first, and whether bob got the second */
async function poison(
  victim: Victim,
  bob: Peer,
  hear: () => Promise<boolean>,
): Promise<{ got: unknown; harm: boolean }> {
  const carol = await new Peer(victim, 'carol').handshake();
  const { replies } = await carol.post({ channel: CHAT, data: nested(2500) });
  await carol.post({ channel: CHAT, data: 'after' });
  const harm = !(await hear());
  bob.end();
  return { got: replies[0]?.error, harm };
}

const until = async (holds: () => boolean, tries = 20): Promise<boolean> => {
  for (let n = 0; n < tries && !holds(); n++) await new Promise((resolve) => setTimeout(resolve, 50));
  return holds();
};

const after = ({ data }: { data?: unknown }): boolean => data === 'after';
const DEEP =
  '400:message:The message is nested deeper than 16 - send less in one or raise limits.depth or limits.nodes';

export const sessionAttacks: readonly Attack[] = [
  {
    row: 6,
    name: 'deep data for a client that polls',
    stock: 'dies',
    run: async (victim) => {
      const bob = await new Peer(victim, 'bob').subscribe(CHAT);
      await bob.post({ channel: '/meta/connect', connectionType: 'long-polling', advice: { timeout: 0 } });
      const poll = bob.poll(3000);
      return poison(victim, bob, async () => (await poll).replies.some(after));
    },
    answer: DEEP,
  },
  {
    row: 7,
    name: 'deep data for a client on a WebSocket',
    stock: 'harmed',
    run: async (victim) => {
      const bob = await (await new Peer(victim, 'bob').subscribe(CHAT)).connect();
      return poison(victim, bob, () => until(() => bob.received.some(after)));
    },
    answer: DEEP,
  },
  {
    row: 17,
    name: 'two connects at once for one client',
    stock: 'harmed',
    run: async (victim) => {
      const bob = await new Peer(victim, 'bob').handshake();
      await bob.post({ channel: '/meta/connect', connectionType: 'long-polling', advice: { timeout: 0 } });
      const polls = await Promise.all([bob.poll(4000), bob.poll(4000)]);
      const got = polls.map(({ status }) => status);
      return { got, harm: got.includes('no answer') };
    },
    answer: [200, 200],
  },
  ...(['x', '[null]', '5'] as const).map(
    (text): Attack => ({
      row: 18,
      name: `a frame of ${text}`,
      stock: 'harmed',
      run: async (victim) => {
        const printed = victim.output.length;
        const { replies } = await sendFrame(victim, text, 500);
        return { got: replies[0]?.error, harm: victim.output.length > printed };
      },
      answer:
        text === 'x'
          ? '400:message:not JSON - send a Bayeux message or an array of messages in UTF-8 and without Content-Encoding'
          : '400:message:A message must be a JSON object',
    }),
  ),
  {
    row: 19,
    name: 'advice to wait for 1e12 ms',
    stock: 'harmed',
    run: async (victim) => {
      const bob = await new Peer(victim, 'bob').handshake();
      await bob.post({ channel: '/meta/connect', connectionType: 'long-polling', advice: { timeout: 0 } });
      const asked = performance.now();
      const poll = { channel: '/meta/connect', connectionType: 'long-polling', advice: { timeout: 1e12 } };
      const { status } = await bob.post(poll, 10_000);
      return { got: status, harm: performance.now() - asked < 900 };
    },
    answer: 200,
  },
  {
    row: 24,
    name: 'a WebSocket that does not read',
    heavy: true,
    stock: 'harmed',
    run: async (victim) => {
      const bob = await (await new Peer(victim, 'bob').subscribe(CHAT)).connect();
      await until(() => bob.received.length > 0, 10);
      bob.pause();
      await victim.ask('publishMany', CHAT, 1024 * 1024, 150);
      const { used } = await victim.ask('memory');
      bob.resume();
      const closed = await until(() => bob.closed);
      bob.end();
      return { got: closed ? 'closed' : 'open', harm: used > 100 * 1024 * 1024 };
    },
    answer: 'closed',
  },
  {
    row: 25,
    name: 'a subscriber that never polls',
    heavy: true,
    stock: 'harmed',
    run: async (victim) => {
      const bob = await new Peer(victim, 'bob').subscribe(CHAT);
      await victim.ask('publishMany', CHAT, 1024 * 1024, 100);
      return { got: bob.clientId.length > 0 };
    },
    answer: true,
  },
  {
    row: 27,
    name: 'a WebSocket with a clientId that is somebody else’s',
    stock: 'harmed',
    run: async (victim) => {
      const bob = await new Peer(victim, 'bob').subscribe(CHAT);
      const thief = await openSocket(victim, victim.cookie('carol'));
      const stolen: string[] = [];
      thief.on('message', (data) => stolen.push(String(data)));
      const connect = { channel: '/meta/connect', connectionType: 'websocket', clientId: bob.clientId };
      thief.send(JSON.stringify({ ...connect, auth: { room_channel: ROOM, ...victim.auth('carol').auth } }));
      await until(() => stolen.length > 0, 10);
      await victim.ask('publish', CHAT, 'for bob');
      const { replies } = await bob.poll(1500);
      thief.terminate();
      return { got: replies.some(({ data }) => data === 'for bob'), harm: stolen.join().includes('for bob') };
    },
    answer: true,
  },
  {
    row: 28,
    name: 'a list of handshakes that fits',
    stock: 'survives',
    run: async (victim) => ({ got: (await post(victim, Array(20).fill(HANDSHAKE))).status }),
    answer: 200,
  },
];
