// A balancer without sticky sessions: every HTTP request goes to the next of its servers.
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { listen, portOf } from './servers.js';

/** @returns `http://127.0.0.1:<port>`, until the test is over */
export async function startBalancer(ports: readonly number[]): Promise<string> {
  let turn = 0;
  const pass = (from: IncomingMessage, to: ServerResponse): void => {
    const port = ports[turn++ % ports.length];
    const { headers, method, url: path } = from;
    const onward = request({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(to);
    });
    // The client went away, or the server did: the other is told.
    to.once('close', () => onward.destroy());
    onward.once('error', () => to.destroy());
    from.pipe(onward);
  };
  const server = await listen(pass);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${portOf(server)}`;
}
