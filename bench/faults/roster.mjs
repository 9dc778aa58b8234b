// The page client's own bookkeeping of a room, from its source: pure functions of snapshots and deltas.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const entry = fileURLToPath(new URL('../../lib/client/roster.ts', import.meta.url));
const built = await build({ entryPoints: [entry], bundle: true, format: 'esm', write: false });
const source = Buffer.from(built.outputFiles[0].contents).toString('base64');

export const { applyDelta, applySnapshot, hasHole, UNKNOWN, usersOf } = await import(
  `data:text/javascript;base64,${source}`
);
