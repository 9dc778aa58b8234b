// `client.online`: whose page this is and where, who else is in the room, and how the page stands with the server.
import { Cluster } from './cluster.js';
import { Connection, type State } from './connection.js';
import type { FayeClient, Message } from './faye.js';
import { connectAgain, end, hurry, presentAs, transportOf } from './faye_client.js';
import { Listeners } from './listeners.js';
import { type Auth, checkAuth, type Place } from './options.js';
import { followPage, type Page, sayBeforeLeave } from './page.js';
import { type RefreshToken, Renewal } from './renewal.js';
import { Room } from './room.js';
import { type User, usersOf } from './roster.js';
import { keyOf } from './servers.js';

interface Given {
  readonly client: FayeClient;
  /** All servers; the client is of the first in `rank(urls, keyOf(auth))`. */
  readonly urls: readonly string[];
  /** Makes a client of a server, as this one was made. */
  readonly open: (url: string) => FayeClient;
  /** Seconds between tries, as given to the client. */
  readonly retry: number;
  readonly auth: Auth;
  readonly refresh: RefreshToken | undefined;
}

export class Online {
  readonly #client: FayeClient;
  readonly #connection: Connection;
  readonly #cluster: Cluster;
  readonly #unfollow: () => void;
  readonly #on = {
    sync: new Listeners<[roster: User[], count: number]>(),
    join: new Listeners<[user: User]>(),
    leave: new Listeners<[user: User]>(),
    state: new Listeners<[state: State, reason: string | null]>(),
  };
  #auth: Auth;
  readonly #renewal: Renewal;
  #room: Room | null = null;

  constructor({ client, urls, open, retry, auth, refresh }: Given) {
    this.#client = client;
    this.#auth = auth;
    this.#renewal = new Renewal(refresh, (token) => this.#connection.ended || this.move({ ...this.#auth, token }));
    this.#connection = new Connection({
      client,
      retry,
      onState: (state, reason) => {
        this.#cluster.look();
        this.#on.state.tell(state, reason);
      },
      onBack: () => this.#room?.refresh(),
    });
    this.#cluster = new Cluster({ client, connection: this.#connection, urls, open, retry }, keyOf(auth));
    client.addExtension({
      outgoing: (message, next) => next({ ...this.#connection.said(message), auth: this.#auth }),
      incoming: (message, next) => next(this.#heard(message)),
    });
    this.#unfollow = followPage(globalThis as Page, {
      hidden: () => sayBeforeLeave(client, this.#auth, this.#connection.up),
      shown: () => {
        hurry(client);
        if (transportOf(client) === 'websocket') connectAgain(client);
        // Out of the browser's cache a page hears only after this that its socket has died.
        setTimeout(() => hurry(client), 100);
      },
    });
    client.connect();
    this.#enter();
  }

  get room_channel(): string | null {
    return this.#auth.room_channel ?? null;
  }

  get time_channel(): string | null {
    return this.#auth.time_channel ?? null;
  }

  get current_user(): User {
    return this.#auth.current_user;
  }

  /** Who is in the room, longest present first; of a very full room only some (`truncated`). */
  get roster(): User[] {
    return this.#room ? usersOf(this.#room.roster) : [];
  }

  /** How many users are in the room, also when `roster` is truncated. */
  get count(): number {
    return this.#room?.roster.count ?? 0;
  }

  get truncated(): boolean {
    return this.#room?.roster.truncated ?? false;
  }

  get state(): State {
    return this.#connection.state;
  }

  /** Why the state is `refused`, in the server's words: a Bayeux error such as `403:/classes/4/presence:Forbidden`. */
  get reason(): string | null {
    return this.#connection.reason;
  }

  /** Told the roster and the count whenever they change, beginning with the first snapshot. @returns how to unbind */
  onSync(listener: (roster: User[], count: number) => void): () => void {
    return this.#on.sync.add(listener);
  }

  /** Told each user who joins the room after the first snapshot. @returns how to unbind */
  onJoin(listener: (user: User) => void): () => void {
    return this.#on.join.add(listener);
  }

  /** Told each user who leaves the room. @returns how to unbind */
  onLeave(listener: (user: User) => void): () => void {
    return this.#on.leave.add(listener);
  }

  /** Told the state when it changes, and the reason when it is `refused`. @returns how to unbind */
  onState(listener: (state: State, reason: string | null) => void): () => void {
    return this.#on.state.add(listener);
  }

  /** Disconnects now and for good; to come back, make a new client. */
  leave(): void {
    this.#unfollow();
    this.#cluster.close();
    end(this.#client);
    this.#connection.end();
    this.#exit();
  }

  /**
   * The same user goes to another place: what is not named is left. Also how a page shows a fresh token.
   * Throws a TypeError that names the field that is wrong, and an Error after `leave()`.
   */
  move({ room_channel, time_channel, token }: Place): void {
    if (this.#connection.ended) throw new Error('faye-online: this client left; make a new one');
    const before = this.room_channel;
    this.#auth = checkAuth({ room_channel, time_channel, token, current_user: this.#auth.current_user });
    presentAs(this.#client, this.#auth);
    if (before !== this.room_channel) this.#exit();
    this.#room?.refresh();
    hurry(this.#client);
    connectAgain(this.#client);
    this.#cluster.rekey(keyOf(this.#auth));
    // A later message, so that the server knows where the user is before it is asked for the room.
    setTimeout(() => this.#enter());
  }

  #enter(): void {
    const { room_channel: room } = this.#auth;
    if (this.#room || !room || this.#connection.ended) return;
    this.#room = new Room({
      client: this.#client,
      channel: `${room}/presence`,
      onRefusal: (reason) => this.#connection.setRoom(reason),
      onSync: (joins, leaves) => {
        for (const user of leaves) this.#on.leave.tell(user);
        for (const user of joins) this.#on.join.tell(user);
        this.#on.sync.tell(this.roster, this.count);
      },
    });
  }

  #exit(): void {
    if (!this.#room) return;
    this.#room.close();
    this.#room = null;
    this.#connection.setRoom(null);
    this.#on.sync.tell([], 0);
  }

  #heard(message: Message): Message | null {
    this.#renewal.heard(message);
    this.#room?.heard(message);
    return this.#connection.heard(message);
  }
}
