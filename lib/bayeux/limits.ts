// How much one message, one client and one process may ask for. Defaults of the `limits` option.

export interface Limits {
  /** Bytes of an HTTP body or a WebSocket frame. */
  readonly bytes: number;
  /** Messages in one body or frame. */
  readonly batch: number;
  /** Nesting of JSON. */
  readonly depth: number;
  /** Values (objects, arrays, keys, strings, numbers…) in one message. */
  readonly nodes: number;
  /** Characters of a message id. */
  readonly id: number;
  /** Channels in one subscribe message, and subscriptions of one client. */
  readonly subscriptions: number;
  /** Bytes that may wait for one client before it is closed. */
  readonly waiting: number;
}

export const LIMITS: Limits = {
  bytes: 64 * 1024,
  batch: 20,
  depth: 16,
  nodes: 2000,
  id: 64,
  subscriptions: 50,
  waiting: 1024 * 1024,
};
