// A benchmark server in a process of its own: starts it, asks it for its CPU and heap, ends it.
import { fork } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const START_MS = 30_000;
const ANSWER_MS = 30_000;
const CLOSE_MS = 10_000;
const IDLE_POLL_MS = 200;
const IDLE_CPU_MS = 4;
/** So many idle polls on end: what a server puts off for half a second or a second must be over too. */
const IDLE_POLLS = 7;
const IDLE_WAIT_MS = 15_000;

export class BenchServer {
  #child;
  #questions = new Map();
  #nextId = 1;
  #exit;

  /** @param {string} name file name in `bench/servers`, without `.mjs` */
  static async start(name) {
    const server = new BenchServer(name);
    await server.#ready;
    return server;
  }

  constructor(name) {
    this.name = name;
    const file = fileURLToPath(new URL(`../servers/${name}.mjs`, import.meta.url));
    this.#child = fork(file, { execArgv: ['--expose-gc'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#exit = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.on('message', ({ id, answer }) => {
      this.#questions.get(id)?.(answer);
      this.#questions.delete(id);
    });
  }

  get #ready() {
    const started = new Promise((resolve) =>
      this.#child.once('message', ({ ready }) => {
        this.port = ready.port;
        resolve();
      }),
    );
    return this.#orDead(started, START_MS, 'did not start');
  }

  /** Microseconds of CPU that the process has used, all threads. */
  cpu() {
    return this.#ask('cpu');
  }

  /** Bytes of heap and RSS in use after garbage collection. */
  heap() {
    return this.#ask('heap');
  }

  /** Waits until the server has done what it put off, so that the next figure holds no work of the last. */
  async settle() {
    const deadline = Date.now() + IDLE_WAIT_MS;
    let before = await this.cpu();
    for (let idle = 0; idle < IDLE_POLLS && Date.now() < deadline; ) {
      await pause(IDLE_POLL_MS);
      const after = await this.cpu();
      idle = after - before < IDLE_CPU_MS * 1000 ? idle + 1 : 0;
      before = after;
    }
  }

  /** How the process ended; null while it runs. */
  get ended() {
    return this.#child.exitCode ?? this.#child.signalCode;
  }

  async close() {
    if (this.ended !== null) return;
    if (this.#child.connected) this.#child.send({ id: 0, ask: 'close' });
    if ((await Promise.race([this.#exit, pause(CLOSE_MS, 'late', { ref: false })])) === 'late') {
      process.stderr.write(`${this.name} did not close within ${CLOSE_MS / 1000} s: killed\n`);
      this.#child.kill('SIGKILL');
    }
    await this.#exit;
  }

  #ask(ask) {
    const id = this.#nextId++;
    const answer = new Promise((resolve, reject) => {
      this.#questions.set(id, resolve);
      this.#child.send({ id, ask }, (error) => error && reject(error));
    });
    return this.#orDead(answer, ANSWER_MS, `did not answer "${ask}"`);
  }

  async #orDead(promise, ms, what) {
    const stop = new AbortController();
    const late = pause(ms, null, { signal: stop.signal }).then(
      () => `${what} within ${ms / 1000} s`,
      () => '',
    );
    const dead = this.#exit.then((code) => `ended by itself (exit code ${code}): it ${what}`);
    const trouble = Promise.race([late, dead]).then((text) => {
      if (text) throw new Error(`${this.name} ${text}`);
    });
    try {
      return await Promise.race([promise, trouble]);
    } finally {
      stop.abort();
    }
  }
}
