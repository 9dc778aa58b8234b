// Fuzzing by HTTP: one POST after the other on a connection that is kept.
import { Agent, request } from 'node:http';
import type { Attacker } from './attacker.js';

const STATUSES = new Set([200, 400, 413, 415]);

/** Milliseconds after which most pages do not wait for the answer to a connect any more: it is held for long. */
const BROKEN_OFF = 300;

/** Posts until it is enough. Each answer comes in time, has a status that we know, and says what may be said. */
export async function byHttp(attacker: Attacker, goesOn: () => boolean, deadline: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  while (goesOn()) {
    const { text, count } = attacker.next();
    const asked = performance.now();
    const patience = text.includes('/meta/connect') ? BROKEN_OFF : deadline;
    const { status, answer } = await post(attacker, agent, text, patience);
    const isHeld = status === 'no answer' && patience < deadline;
    attacker.account.answered(count, isHeld ? 'HTTP broken off' : `HTTP ${status}`, performance.now() - asked);
    if (isHeld) continue;
    if (status === 200) attacker.heard(answer);
    else if (!STATUSES.has(Number(status))) attacker.account.fail(`POST got ${status} ${answer}`, attacker.sent);
    if (attacker.random.chance(0.02)) attacker.forget();
  }
  agent.destroy();
}

interface Answer {
  readonly status: number | 'no answer' | 'closed';
  readonly answer: string;
}

function post({ victim, user, random }: Attacker, agent: Agent, text: string, deadline: number): Promise<Answer> {
  const type = random.chance(0.99)
    ? 'application/json'
    : random.of(['', 'text/plain', 'application/json; charset=utf-16']);
  const headers = { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text), ...victim.cookie(user) };
  return new Promise((resolve) => {
    const sending = request({ port: victim.port, path: '/faye', method: 'POST', headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () =>
        settle({ status: response.statusCode ?? 'closed', answer: String(Buffer.concat(chunks)) }),
      );
      response.once('error', () => settle({ status: 'closed', answer: '' }));
    });
    const timer = setTimeout(() => settle({ status: 'no answer', answer: '' }), deadline);
    const settle = (answer: Answer): void => {
      clearTimeout(timer);
      resolve(answer);
      if (answer.status === 'no answer') sending.destroy();
    };
    sending.on('error', ({ message }) => settle({ status: 'closed', answer: message }));
    sending.end(text);
  });
}
