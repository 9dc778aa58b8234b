// What the dashboard is told about the running process.
import type { Millis } from '../domain.js';

export interface Status {
  /** Open pages (tabs). */
  readonly clients: number;
  /** Different users among them. */
  readonly users: number;
  /** Rooms that have users. */
  readonly rooms: number;
  /** How long the process has been running. */
  readonly uptime: Millis;
  /** Whether pages are believed about who they are (`trustClients`). */
  readonly insecure: boolean;
  /** What is not working as it should, a sentence each; empty when all is well. */
  readonly degraded: readonly string[];
}
