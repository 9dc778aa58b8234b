// The server as a process of its own: started from the build, killed as one likes.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ROOT } from '../../lib/root.js';

export interface Running {
  readonly url: string;
  readonly faye: string;
  readonly output: () => string;
  /** Ends it with a signal, and waits until it is gone. @returns its exit code, null when the signal killed it */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
}

/** A folder that is removed when the test is over. */
export async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'faye-online-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts `node dist/app.js`, and waits until it says where it is. */
export async function startProcess(
  env: Record<string, string>,
  args: string[] = [join(ROOT, 'dist', 'app.js')],
): Promise<Running> {
  const port = await freePort();
  const child = spawn(process.execPath, args, { env: { PATH: process.env.PATH ?? '', PORT: String(port), ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) await end(child, 'SIGKILL');
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', () => output.includes('/faye') && resolve());
    child.once('exit', (code) => reject(new Error(`ended with ${code} before it listened: ${output}`)));
  });
  const url = `http://localhost:${port}`;
  return { url, faye: `${url}/faye`, output: () => output, end: (signal) => end(child, signal) };
}

function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
  return new Promise((resolve) => {
    child.once('exit', resolve);
    child.kill(signal);
  });
}

/** A free port below the range from which the system takes outgoing ones. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 20_000);
    const probe = createServer();
    const free = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false));
      probe.listen(port, () => resolve(true));
    });
    if (!free) continue;
    await new Promise((resolve) => probe.close(resolve));
    return port;
  }
}
