// How much one message, one client, one user, one address and one process may ask for. Defaults of the `limits` option.

/** Each process counts for itself: of several processes each lets in as much. Loopback is an address like any other. */
export interface Limits {
  /** Bytes of an HTTP body or a WebSocket frame. All bodies of one address that wait may have 256 times that; then only small ones are taken. */
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
  /** Messages that one client may send each second in the long run, and how many at once. */
  readonly messagesPerSecond: number;
  readonly messageBurst: number;
  /** Handshakes from one address each second in the long run, and how many at once. A school may have one address. */
  readonly handshakesPerSecond: number;
  readonly handshakeBurst: number;
  /** Open pages of one user. */
  readonly clientsPerUser: number;
  /** Open pages from one address (of IPv6: from one /64), and as many WebSockets. */
  readonly clientsPerIp: number;
  /** Open pages of one process, and as many WebSockets. */
  readonly clients: number;
}

export const LIMITS: Limits = {
  bytes: 64 * 1024,
  batch: 20,
  depth: 16,
  nodes: 2000,
  id: 64,
  subscriptions: 50,
  waiting: 1024 * 1024,
  messagesPerSecond: 20,
  messageBurst: 60,
  handshakesPerSecond: 200,
  handshakeBurst: 1000,
  clientsPerUser: 100,
  clientsPerIp: 2000,
  clients: 50_000,
};
