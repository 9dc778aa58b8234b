// A proxy between a client and its server that listens in, and can cut every connection.
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { freePort } from './ports.js';

export interface Proxy {
  readonly port: number;
  /** Cuts all connections the moment a client has sent something with these words: the server gets it, the answer is lost. */
  cutAfter(words: string): Promise<void>;
  /** The connections that are open now stay open and carry nothing more, as when a router forgot them. New ones work. */
  swallow(): void;
}

/** A proxy to a port of this machine, that ends with the test. */
export async function startProxy(to: number): Promise<Proxy> {
  const port = await freePort();
  const open = new Set<Socket>();
  const swallowed = new Set<Socket>();
  let fatal: { readonly words: string; readonly cut: () => void } | null = null;

  const pass = (client: Socket): void => {
    const server = connect(to, '127.0.0.1');
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      open.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
    }
    let deaf = false;
    server.on('data', (data) => deaf || swallowed.has(client) || client.write(data));
    client.on('data', (data) => {
      if (swallowed.has(client)) return;
      if (fatal === null || !data.includes(fatal.words)) return void server.write(data);
      const { cut } = fatal;
      fatal = null;
      deaf = true;
      // The server's answer, which the client does not get, says that it has done what it was asked.
      server.once('data', () => {
        for (const socket of open) socket.destroy();
        cut();
      });
      server.write(data);
    });
  };

  const proxy = createServer(pass).listen(port, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    proxy.close();
  });
  return {
    port,
    cutAfter: (words) =>
      new Promise((cut) => {
        fatal = { words, cut };
      }),
    swallow: () => {
      for (const socket of open) swallowed.add(socket);
    },
  };
}
