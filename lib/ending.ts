// How the runnable server ends: in good order when it is asked to, and soon in any case.

/** Milliseconds that a server has to hand over, write what is left and close. */
export const PATIENCE = 10_000;

/**
 * On the first of the signals calls `end`, and then exits: with 0, or with 1 if `end` fails or takes longer than
 * `PATIENCE`. A second signal exits at once, with 1.
 */
export function endOn(signals: readonly NodeJS.Signals[], end: () => Promise<void>): void {
  let ending = false;
  const stop = (): void => {
    if (ending) process.exit(1);
    ending = true;
    setTimeout(() => fail('not everything could be handed over and written in time'), PATIENCE);
    end().then(() => process.exit(0), fail);
  };
  for (const signal of signals) process.on(signal, stop);
}

/** Says what is wrong, and exits with 1. */
export function fail(error: unknown): never {
  const { code, port } = Object(error) as { readonly code?: unknown; readonly port?: unknown };
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(code === 'EADDRINUSE' ? `port ${port} is in use: set PORT to another\n` : `${message}\n`);
  process.exit(1);
}
