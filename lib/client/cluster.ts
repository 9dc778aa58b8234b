// Several servers: the page stays with the one that its room belongs to, goes to the next best without it, and comes back.
import type { Connection } from './connection.js';
import type { FayeClient } from './faye.js';
import { clientIdOf, hurry, isSentAway } from './faye_client.js';
import { handOver } from './handover.js';
import { rank } from './servers.js';
import { openSpare } from './spare.js';

/** Seconds within which a server that is well has answered. */
const ANSWER = 5;
/** In tries, each as long as Faye's own: between two rounds through the other servers at most. */
const SLOWEST_ROUND = 30;
/** Until a page that is not with its own server looks for it the first time, and how long it may take at most. */
const [FIRST_PROBE, SLOWEST_PROBE] = [10, 200];

interface Given {
  readonly client: FayeClient;
  readonly connection: Connection;
  /** All servers, in any order. */
  readonly urls: readonly string[];
  /** Makes a client of a server, as the page's own was made. */
  readonly open: (url: string) => FayeClient;
  /** Seconds until Faye tries again what failed. */
  readonly retry: number;
}

export class Cluster {
  readonly #given: Given;
  #order: readonly string[];
  #url: string;
  /** How often in a row nobody was found, and how often in a row there was no staying with the own server. */
  #rounds = 0;
  #probes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Gives up what is being tried. */
  #giveUp: (() => void) | null = null;
  #lost = true;
  /** Since when the page is with its server. */
  #since = Date.now();

  /** @param key what decides to which server the page belongs; the client was made for the first in `rank(urls, key)` */
  constructor(given: Given, key: string) {
    this.#given = given;
    this.#order = rank(given.urls, key);
    this.#url = this.#order[0] ?? '';
    this.#plan();
  }

  /** The page is in another room, which may belong to another server. */
  rekey(key: string): void {
    this.#order = rank(this.#given.urls, key);
    this.#probes = 0;
    this.#stop();
    // Soon, but after the room that it left was told.
    if (!this.#lost && this.#url !== this.#order[0]) this.#after(0.5, () => this.#seek());
    else this.#plan();
  }

  /** The page stands otherwise with its server than before. */
  look(): void {
    const { client, connection, retry } = this.#given;
    const lost = connection.state === 'offline' || connection.state === 'connecting';
    if (lost && !this.#lost) {
      const stayed = Date.now() - this.#since > SLOWEST_PROBE * retry * 1000;
      this.#probes = stayed ? 0 : this.#probes + 1;
      // The server may be well, and only the socket gone.
      if (this.#order.length > 1) setTimeout(() => this.#lost && hurry(client), retry * 250 * Math.random());
    } else if (!lost && this.#lost) {
      this.#rounds = 0;
      this.#stop();
    }
    this.#lost = lost;
    this.#plan();
  }

  close(): void {
    this.#stop();
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#giveUp?.();
    this.#giveUp = null;
  }

  #plan(): void {
    if (this.#giveUp || this.#order.length < 2) return;
    clearTimeout(this.#timer);
    const { connection, client, retry } = this.#given;
    if (connection.ended || isSentAway(client)) return;
    const probe = Math.min(FIRST_PROBE * 2 ** this.#probes, SLOWEST_PROBE);
    if (connection.state === 'connecting' && this.#rounds === 0) this.#after(ANSWER / retry, () => this.#seek());
    else if (this.#lost) this.#after(Math.min(2 ** this.#rounds, SLOWEST_ROUND), () => this.#seek());
    else if (this.#url !== this.#order[0]) this.#after(probe, () => this.#seek());
  }

  /** In so many tries, and not all pages at once. */
  #after(tries: number, then: () => void): void {
    this.#timer = setTimeout(then, tries * this.#given.retry * 1000 * (0.75 + Math.random() / 2));
  }

  /** Tries the servers that are better than the one that the page is with; when that is away, all others. */
  #seek(): void {
    const others = this.#order.filter((url) => url !== this.#url);
    const better = this.#order.slice(0, this.#order.indexOf(this.#url));
    this.#try(this.#lost ? others : better);
  }

  #try([url, ...others]: readonly string[]): void {
    const { client, connection, open } = this.#given;
    if (connection.ended) return;
    if (url === undefined) {
      if (this.#lost) this.#rounds++;
      else this.#probes++;
      this.#plan();
      return;
    }
    this.#giveUp = openSpare(client, open(url), (spare) => {
      this.#giveUp = null;
      if (!spare) return this.#try(others);
      this.#url = url;
      this.#since = Date.now();
      handOver(client, spare, connection.up && clientIdOf(client) !== null);
      this.look();
      this.#plan();
    });
  }
}
