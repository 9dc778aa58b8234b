// A clock that does not jump: the wall clock at start, and from then on the time that really passed.
import type { Millis } from './domain.js';

/** Milliseconds since the epoch. A wall clock that is set while we run adds no time to anybody and takes none away. */
export const steadyNow = (): Millis => Math.round(performance.timeOrigin + performance.now());
