// A server in a process of its own that is attacked: whether it lives, how it answers, and what it costs it.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../../lib/root.js';

export type User = 'ann' | 'bob' | 'carol';

export interface Memory {
  /** Bytes in use after a collection: heap and buffers. */
  readonly used: number;
  /** The most bytes that were resident so far. */
  readonly peak: number;
}

/** What would have ended a process that does not count. */
export interface Fault {
  readonly kind: string;
  readonly stack: string;
}

interface Questions {
  memory: { args: []; answer: Memory };
  faults: { args: []; answer: Fault[] };
  details: { args: []; answer: { clients: number; users: number; rooms: number } };
  publish: { args: [channel: string, data: unknown]; answer: undefined };
  publishMany: { args: [channel: string, bytes: number, times: number]; answer: undefined };
}

export class Victim {
  readonly port: number;
  readonly faye: string;
  readonly #child: ChildProcess;
  readonly #tokens: Partial<Record<User, string>>;
  readonly #output: () => string;
  #asked = 0;

  constructor(child: ChildProcess, ready: Ready, output: () => string) {
    this.#child = child;
    this.port = ready.port;
    this.faye = `http://127.0.0.1:${ready.port}/faye`;
    this.#tokens = ready.tokens;
    this.#output = output;
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** All that it printed. */
  get output(): string {
    return this.#output();
  }

  /** How `user` proves who they are: with a token in the message, or with the cookie of the host's session. */
  auth(user: User): { readonly auth?: { readonly token: string } } {
    const token = this.#tokens[user];
    return token === undefined ? {} : { auth: { token } };
  }

  cookie = (user: User): { readonly Cookie: string } => ({ Cookie: `user=${user}` });

  /** @throws when it died meanwhile */
  ask<Q extends keyof Questions>(ask: Q, ...args: Questions[Q]['args']): Promise<Questions[Q]['answer']> {
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        this.#child.off('message', heard).off('exit', died);
        act();
      };
      const died = (): void => settle(() => reject(new Error(`it died: ${this.output.slice(-2000)}`)));
      const heard = (message: { id?: number; answer: Questions[Q]['answer'] }): void => {
        if (message.id === id) settle(() => resolve(message.answer));
      };
      this.#child.on('message', heard).once('exit', died);
      if (this.alive) this.#child.send({ id, ask, args });
      else died();
    });
  }

  /** Whether it is gone within so many milliseconds. */
  exits(ms: number): Promise<boolean> {
    if (!this.alive || ms === 0) return Promise.resolve(!this.alive);
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(false), ms);
      const died = (): void => settle(true);
      const settle = (gone: boolean): void => {
        clearTimeout(timer);
        this.#child.off('exit', died);
        resolve(gone);
      };
      this.#child.once('exit', died);
    });
  }

  async end(): Promise<void> {
    if (!this.alive) return;
    await new Promise((resolve) => {
      this.#child.once('exit', resolve);
      this.#child.kill('SIGKILL');
    });
  }
}

interface Ready {
  readonly port: number;
  readonly tokens: Partial<Record<User, string>>;
}

/** Express's router says once that it reads targets like `http://:[`, before anybody else sees them; it answers 404. */
const FLAGS = ['--expose-gc', '--disable-warning=DEP0170'];

/** Starts `test/hostile/<script>` with its settings. To be ended by the caller. */
export function startVictim(script: 'ours.mjs' | 'stock.mjs', settings: object): Promise<Victim> {
  const file = join(ROOT, 'test', 'hostile', script);
  const child = spawn(process.execPath, [...FLAGS, file, JSON.stringify(settings)], {
    // Who is refused is told in warnings, and there are many.
    env: { PATH: process.env.PATH ?? '', LOG_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (output += data));
  return new Promise((resolve, reject) => {
    const died = (code: number | null): void => reject(new Error(`ended with ${code} before it listened: ${output}`));
    child.once('exit', died);
    child.on('message', function heard({ ready }: { ready?: Ready }) {
      if (!ready) return;
      child.off('message', heard).off('exit', died);
      resolve(new Victim(child, ready, () => output));
    });
  });
}
