// A closed loop of publishes: keeps W outstanding, and notes when each subscriber got each of them, once.

const MARK = '#'.charCodeAt(0);
const ZERO = '0'.charCodeAt(0);
const DIGITS = 6;
/** Makes a frame that stock Faye delivers 137 bytes long. */
const TEXT = 'x'.repeat(63);

export class FanOut {
  #publish;
  #fail;
  #run = null;

  /**
   * @param {(data: object) => void} publish
   * @param {(error: Error) => void} fail
   */
  constructor(publish, fail) {
    this.#publish = publish;
    this.#fail = fail;
  }

  /** What the subscriber with this index does with a frame: finds the mark in it without parsing. */
  subscriber(index) {
    return (payload) => {
      let at = payload.indexOf(MARK);
      const marked = at >= 0;
      while (at >= 0) {
        this.#received(index, numberAt(payload, at + 1));
        at = payload.indexOf(MARK, at + 1 + DIGITS);
      }
      return marked;
    };
  }

  /** @returns {Promise<Float64Array>} milliseconds from publish to receipt, one per delivery */
  start({ subscribers, publishes, outstanding }) {
    const run = {
      subscribers,
      publishes,
      sent: 0,
      sentAt: new Float64Array(publishes),
      left: new Int32Array(publishes).fill(subscribers),
      seen: new Uint8Array(publishes * subscribers),
      delays: new Float64Array(publishes * subscribers),
      received: 0,
    };
    this.#run = run;
    return new Promise((resolve) => {
      run.done = resolve;
      for (let i = 0; i < outstanding; i++) this.#send();
    });
  }

  /** Who lacks what, for the message of a time-out. */
  lacking() {
    const { left, sent, subscribers } = this.#run;
    const open = [...left.subarray(0, sent).entries()].filter(([, missing]) => missing > 0);
    return open
      .map(([number, missing]) => `publish ${number} lacks ${missing} of ${subscribers} subscribers`)
      .join(', ');
  }

  #send() {
    const run = this.#run;
    if (run.sent === run.publishes) return;
    const number = run.sent++;
    run.sentAt[number] = performance.now();
    this.#publish({ mark: `#${String(number).padStart(DIGITS, '0')}`, text: TEXT });
  }

  #received(subscriber, number) {
    const run = this.#run;
    const cell = number * run.subscribers + subscriber;
    if (run.seen[cell]) return this.#fail(new Error(`publish ${number} came twice to subscriber ${subscriber}`));
    run.seen[cell] = 1;
    run.delays[run.received++] = performance.now() - run.sentAt[number];
    if (--run.left[number] > 0) return;
    if (run.received === run.delays.length) run.done(run.delays);
    else this.#send();
  }
}

function numberAt(payload, start) {
  let number = 0;
  for (let i = start; i < start + DIGITS; i++) number = number * 10 + (payload[i] - ZERO);
  return number;
}
