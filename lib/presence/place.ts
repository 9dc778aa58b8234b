// Places compared: the same room and the same activity.
import type { Place } from '../domain.js';

/** Whether two places are one: no client that says the second has left the first. */
export const samePlace = (a: Place, b: Place): boolean => a.room === b.room && a.activity === b.activity;
