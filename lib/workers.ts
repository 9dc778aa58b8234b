// WORKERS=n: a primary process that keeps n servers running on one port, and ends them. It serves nothing itself.
import cluster, { type Worker } from 'node:cluster';
import { endOn, PATIENCE } from './ending.js';

/** Milliseconds until a worker that died is replaced: doubled each time that its successors die young too. */
const [FIRST_PAUSE, LONGEST_PAUSE] = [200, 30_000];
/** A worker that lived longer than this did not die of its start. */
const YOUNG = 60_000;

interface Given {
  readonly count: number;
  /** Added to the environment of the workers. */
  readonly env: Record<string, string>;
  /** Told once, when all of them serve. */
  readonly onReady: (port: number) => void;
}

/**
 * Starts one worker, which also brings the database up to date, and when it serves all others. If that first one cannot
 * serve, its message is all that is said, and the process ends with 1: the settings are wrong, and trying again is vain.
 */
export function runWorkers({ count, env, onReady }: Given): void {
  const serving = new Set<Worker>();
  let ready = false;
  let ending = false;

  function start(deaths: number): void {
    const born = performance.now();
    const worker = cluster.fork(env);
    worker.once('listening', ({ port }) => {
      const first = serving.size === 0 && !ready;
      serving.add(worker);
      if (first) for (let i = 1; i < count; i++) start(0);
      if (ready || serving.size < count) return;
      ready = true;
      onReady(port);
    });
    worker.once('exit', (code, signal) => {
      const served = serving.delete(worker);
      if (ending) return;
      if (!served && !ready) process.exit(1);
      const young = performance.now() - born < YOUNG ? deaths : 0;
      const pause = Math.min(FIRST_PAUSE * 2 ** young, LONGEST_PAUSE);
      process.stderr.write(`worker ${worker.process.pid} ended (${signal ?? code}): another one in ${pause} ms\n`);
      setTimeout(() => ending || start(young + 1), pause);
    });
  }

  async function end(): Promise<void> {
    ending = true;
    const bad = await Promise.all(
      // One that does not serve yet has nothing to end, and no ear for being asked to.
      living().map((worker) => endsBadly(worker, serving.has(worker))),
    );
    if (bad.includes(true)) throw new Error('not all workers ended in good order');
  }

  start(0);
  // Nobody outlives the primary, not even one that hangs.
  process.on('exit', () => {
    for (const worker of living()) worker.process.kill('SIGKILL');
  });
  endOn(['SIGTERM', 'SIGINT'], end);
}

const living = (): Worker[] => Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);

async function endsBadly(worker: Worker, serves: boolean): Promise<boolean> {
  const code = await ended(worker);
  return serves && code !== 0;
}

/** Asks a worker to end. One that cannot even hear that is killed. @returns its exit code, null when it was killed */
function ended(worker: Worker): Promise<number | null> {
  return new Promise((resolve) => {
    worker.once('exit', (code) => resolve(code));
    worker.process.kill('SIGTERM');
    setTimeout(() => worker.process.kill('SIGKILL'), PATIENCE - 500);
  });
}
