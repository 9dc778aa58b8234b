// What one client knows of who is in its room, put together from snapshots and announcements as a page would.

const FIRST_UID = 470_700;

/** The `index`th user of the benchmark. */
export const userAt = (index) => ({ uid: FIRST_UID + index, uname: `user name ${index}` });

export class MemberList {
  /** Per user the version of the last news: positive when here, negative when gone, 0 when never heard of. */
  #news;
  #onSize;
  #latest = 0;
  #toldCount = null;
  #epoch = null;
  size = 0;

  /**
   * @param {number} capacity how many users there may be; news of any other is an error
   * @param {(before: number, after: number) => void} onSize called when the list grew or shrank
   */
  constructor(capacity, onSize) {
    this.#news = new Int32Array(capacity);
    this.#onSize = onSize;
  }

  /** Whether the server's own count, where it sends one, is that of the list. */
  get countAgrees() {
    return this.#toldCount === null || this.#toldCount === this.size;
  }

  /** The first few of the users with an index below `members` who are not in the list. */
  missing(members) {
    const lacking = [];
    for (let i = 0; i < members && lacking.length < 5; i++) if (this.#news[i] <= 0) lacking.push(userAt(i).uid);
    return lacking;
  }

  /** News of one user. The news with the highest version wins, whatever the order of arrival. */
  hear(uid, here, version = 1) {
    const index = uid - FIRST_UID;
    const known = this.#news[index];
    if (known === undefined) throw new Error(`a user that never joined is listed: ${uid}`);
    if (Math.abs(known) >= version) return;
    this.#news[index] = here ? version : -version;
    if (here === known > 0) return;
    const before = this.size;
    this.size += here ? 1 : -1;
    this.#onSize(before, this.size);
  }

  /** faye-online's snapshot: whoever is not in it was gone by its version. */
  snapshot({ epoch, v, count, users, truncated }) {
    if (truncated) throw new Error(`the snapshot was cut at ${users.length} of ${count} users: raise fullListLimit`);
    if (count !== users.length) throw new Error(`the snapshot says ${count} users and lists ${users.length}`);
    this.#told({ epoch, v, count });
    const listed = new Set(users.map(({ uid }) => Number(uid)));
    for (const uid of listed) this.hear(uid, true, v);
    for (let i = 0; i < this.#news.length; i++) {
      const { uid } = userAt(i);
      if (this.#news[i] > 0 && !listed.has(uid)) this.hear(uid, false, v);
    }
  }

  /** faye-online's announcement. */
  delta({ epoch, v, count, joins = [], leaves = [] }) {
    this.#told({ epoch, v, count });
    for (const join of joins) this.hear(Number(join.uid), true, join.v);
    for (const leave of leaves) this.hear(Number(leave.uid), false, leave.v);
  }

  #told({ epoch, v, count }) {
    // The snapshot of a room that nobody was in: its epoch begins with the first join.
    if (epoch === '') return;
    if (this.#epoch !== null && this.#epoch !== epoch) throw new Error('the room changed its epoch during the run');
    this.#epoch = epoch;
    if (v < this.#latest) return;
    this.#latest = v;
    this.#toldCount = count;
  }
}
