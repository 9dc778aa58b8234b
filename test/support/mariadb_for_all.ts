// One MariaDB for all tests of a run: started when the first test asks for it, ended with the run.
import { createServer } from 'node:http';
import type { TestProject } from 'vitest/node';
import { type MariaDb, startMariaDb } from './mariadb.js';
import { freePort } from './ports.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers with the URL of the server. */
    mariadb: string;
  }
}

export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  let started: Promise<MariaDb> | undefined;
  const desk = createServer((_request, response) => {
    started ??= startMariaDb();
    started.then(
      ({ url }) => response.end(url),
      (error: unknown) => response.writeHead(500).end(`MariaDB could not be started: ${error}`),
    );
  });
  const port = await freePort();
  await new Promise<void>((resolve) => desk.listen(port, '127.0.0.1', () => resolve()));
  provide('mariadb', `http://127.0.0.1:${port}`);
  return async () => {
    desk.closeAllConnections();
    desk.close();
    await (await started?.catch(() => undefined))?.close();
  };
}
