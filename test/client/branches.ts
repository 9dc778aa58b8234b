// Two servers that a page may go to: stopped, started again on the same port, and hung up on as one likes.
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import express from 'express';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { rank } from '../../lib/client/servers.js';
import { type FayeOnline, fayeOnline, type Options } from '../../lib/index.js';
import { freePort } from '../support/ports.js';

export class Branch {
  readonly url: string;
  readonly #options: Options;
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  #server: Server = createServer();
  #online: FayeOnline | undefined;

  private constructor(port: number, options: Options) {
    this.#options = options;
    this.#port = port;
    this.url = `http://127.0.0.1:${port}/faye`;
  }

  static async open(options: Options): Promise<Branch> {
    const branch = new Branch(await freePort(), options);
    await branch.begin();
    onTestFinished(() => branch.stop());
    return branch;
  }

  get online(): FayeOnline {
    if (!this.#online) throw new Error('this server is stopped');
    return this.#online;
  }

  /** The names of those in a room, as this server knows it. */
  async names(room: string): Promise<string> {
    const { users } = await this.online.room(room);
    return users.map(({ uname }) => uname).join(' ');
  }

  async begin(): Promise<void> {
    const logger = pino({ level: 'silent' });
    const online = fayeOnline({
      database: 'sqlite::memory:',
      trustClients: true,
      grace: 0.5,
      // Pages that count aloud, faster than anybody types.
      limits: { messagesPerSecond: 1_000 },
      logger,
      ...this.#options,
    });
    this.#online = online;
    this.#server = createServer(express().use(online));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    online.attach(this.#server);
    await online.ready;
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', () => resolve()));
  }

  /** All connections break, and no new ones are taken. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await this.#online?.close();
    this.#online = undefined;
    await closed;
  }
}

/** Two servers: the one that a room belongs to, and the other. They share what `options` make them share. */
export async function openBranches(
  room: string,
  options: Options = {},
): Promise<{ urls: readonly string[]; home: Branch; other: Branch }> {
  const [one, two] = [await Branch.open(options), await Branch.open(options)];
  const urls = [one.url, two.url];
  const [home, other] = rank(urls, room)[0] === one.url ? [one, two] : [two, one];
  return { urls, home, other };
}
