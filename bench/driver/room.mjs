// A room being filled: every client's own list, and the moment when all of them hold everybody.
import { KINDS } from './kinds.mjs';
import { MemberList, userAt } from './member_list.mjs';

export class Room {
  #name;
  #server;
  #crowd;
  #kind;
  #capacity;
  #lists = [];
  #members = 0;
  #complete = 0;
  #whole = () => undefined;

  /** @param {{name: string, server: object, crowd: object, capacity: number}} options */
  constructor({ name, server, crowd, capacity }) {
    this.#name = name;
    this.#server = server;
    this.#crowd = crowd;
    this.#kind = KINDS[server.name];
    this.#capacity = capacity;
  }

  /** Lets `count` more users in; resolves when every client's list holds all users (where the server tells lists). */
  async fill(count, seconds) {
    const first = this.#lists.length;
    const whole = this.#expect(first + count);
    await this.#crowd.admit(count, seconds, (index) => this.#enter(first + index));
    if (!this.#kind.announces) return;
    await this.#crowd.within(seconds, whole, () => this.#lacking());
    this.#verify();
  }

  /** Everybody says goodbye. */
  empty() {
    for (const client of this.#crowd.clients) this.#kind.leave(client);
  }

  #enter(index) {
    const list = new MemberList(this.#capacity, (before, after) => this.#changed(before, after));
    this.#lists.push(list);
    const { port } = this.#server;
    return this.#kind.join({ port, room: this.#name, user: userAt(index), list, fail: this.#crowd.fail });
  }

  #expect(members) {
    this.#members = members;
    this.#complete = 0;
    return new Promise((resolve) => {
      this.#whole = resolve;
    });
  }

  #changed(before, after) {
    if (before === this.#members) this.#complete--;
    if (after === this.#members) this.#complete++;
    if (this.#complete === this.#members) this.#whole();
  }

  #lacking() {
    const members = this.#members;
    const poor = this.#lists.find((list) => list.size !== members);
    return (
      `${this.#complete} of ${members} clients know all ${members} users; ` +
      `another knows ${poor.size} and lacks, among others, ${poor.missing(members).join(', ')}`
    );
  }

  #verify() {
    if (!this.#lists.every((list) => list.countAgrees)) throw new Error('the count last announced is not the list’s');
  }
}
