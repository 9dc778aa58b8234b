// What goes wrong in the host's own code, in listeners and extensions of Faye's.
import type { Attack } from './attack.js';
import { CHAT, Peer } from './peer.js';

export const hostAttacks: readonly Attack[] = [
  {
    row: 22,
    name: 'an async listener of the host’s that rejects',
    variant: 'throws',
    stock: 'dies',
    run: async (victim) => {
      const bob = await new Peer(victim, 'bob').subscribe(CHAT);
      const { replies } = await bob.post({ channel: CHAT, data: 1 });
      return { got: replies[0]?.successful };
    },
    answer: true,
  },
  {
    row: 23,
    name: 'an extension of the host’s that never goes on',
    variant: 'silent',
    stock: 'harmed',
    run: async (victim) => {
      const bob = await new Peer(victim, 'bob').handshake();
      const { status } = await bob.post({ channel: '/classes/4/silent', data: 1 }, 4000);
      return { got: status, harm: status === 'no answer' };
    },
    answer: 200,
  },
];
