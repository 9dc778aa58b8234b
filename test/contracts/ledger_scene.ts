// The scene of the ledger contract: a new database, a store, a ledger and a report, and a clock in seconds.
import type { Sequelize } from 'sequelize';
import { afterEach, beforeEach } from 'vitest';
import { migrate } from '../../db/migrations.js';
import { defineModels, type Models } from '../../db/models/index.js';
import type { Cause, Client, Millis, Uid } from '../../lib/domain.js';
import { Ledger, type LedgerOptions } from '../../lib/ledger/ledger.js';
import { createReport, type ReportOptions } from '../../lib/ledger/report.js';
import { MemoryStore } from '../../lib/presence/memory.js';
import type { Report } from '../../lib/report.js';
import { type LegacyReader, legacyReader } from './ledger_reader.js';

/** An empty database, made for one test. */
export interface LedgerDatabase {
  /** Opens it; once more only where two processes can share one. */
  open(): Promise<Sequelize>;
  /** Takes it away after its connections were closed. */
  remove(): Promise<void>;
}

export type MakeDatabase = () => Promise<LedgerDatabase>;

/** 10:00:00 on 24 November 2026 in Shanghai, the zone of the ledger's local times. */
export const TEN_O_CLOCK: Millis = Date.UTC(2026, 10, 24, 2);
export const ZONE = 'Asia/Shanghai';

export class LedgerScene {
  readonly sequelize: Sequelize;
  readonly models: Models;
  readonly database: LedgerDatabase;
  /** What a Rails application of the gem's day reads in the tables. */
  readonly rails: LegacyReader;
  readonly errors: unknown[] = [];
  store = new MemoryStore();
  ledger: Ledger;
  report: Report;
  now: Millis = TEN_O_CLOCK;

  constructor(database: LedgerDatabase, sequelize: Sequelize) {
    this.database = database;
    this.sequelize = sequelize;
    this.models = defineModels(sequelize);
    this.rails = legacyReader(sequelize, () => this.now);
    this.ledger = this.keep();
    this.report = this.read();
  }

  /** An instant so many seconds after ten o'clock. */
  readonly at = (seconds: number): Millis => TEN_O_CLOCK + seconds * 1_000;

  /** A further ledger on the scene's store. */
  keep(options: Partial<LedgerOptions> = {}): Ledger {
    return new Ledger({
      sequelize: this.sequelize,
      journals: this.store.journals,
      present: () => this.store.present(),
      beat: async () => undefined,
      now: () => this.now,
      timeZone: ZONE,
      onError: (error) => this.errors.push(error),
      ...options,
    });
  }

  read(options: Partial<ReportOptions> = {}): Report {
    return createReport({
      sequelize: this.sequelize,
      roster: (kind, channel) => this.store.roster(kind, channel),
      census: (kind) => this.store.census(kind),
      whereabouts: (uid) => this.store.whereabouts(uid),
      now: () => this.now,
      ...options,
    });
  }

  /** The process dies without a word and another begins, on the same database, with a store that knows nobody. */
  async crash(options: { readonly backAt: number }): Promise<void> {
    this.restart();
    this.now = this.at(options.backAt);
    await this.ledger.start();
  }

  /** The same, before the new ledger has begun. */
  restart(): void {
    this.store = new MemoryStore();
    this.ledger = this.keep();
    this.report = this.read();
  }

  async join(client: Client, seconds: number): Promise<void> {
    this.now = this.at(seconds);
    await this.store.join(client, this.now, this.at(seconds + 60));
  }

  async leave(client: Client, seconds: number, cause: Cause = 'leave'): Promise<void> {
    this.now = this.at(seconds);
    await this.store.leave(client.id, this.now, cause);
  }

  /** The client was last heard of at `seen`; nobody knows yet whether it is gone. */
  async hear(client: Client, seen: number): Promise<void> {
    this.now = this.at(seen);
    await this.store.renew([{ id: client.id, seen: this.now, ends: this.at(seen + 60) }]);
  }

  /** The sweep finds, at `swept`, that the client has been silent since `seen`. */
  async lose(client: Client, seen: number, swept: number): Promise<void> {
    this.now = this.at(swept);
    await this.store.renew([{ id: client.id, seen: this.at(seen), ends: this.now }]);
    await this.store.expire(this.now);
  }

  async flushAt(seconds: number): Promise<void> {
    this.now = this.at(seconds);
    await this.ledger.flush();
  }

  async checkpointAt(seconds: number): Promise<void> {
    this.now = this.at(seconds);
    await this.ledger.checkpoint();
  }

  /** The stays of a user as `<channel> <from>–<to> <why it ended>`, in seconds after ten; an open one ends with `seen`. */
  async stays({ uid }: { readonly uid: Uid }): Promise<string[]> {
    const rows = await this.models.Stay.findAll({ where: { uid }, order: ['started_at', 'id'] });
    const names = new Map((await this.models.Channel.findAll()).map(({ id, name }) => [id, name]));
    return rows.map(({ channel_id, started_at, seen_at, ended_at, ended_by, milliseconds }) => {
      const seconds = (date: Date): number => (date.getTime() - TEN_O_CLOCK) / 1_000;
      const end = ended_at ?? seen_at;
      const length = end.getTime() - started_at.getTime() === milliseconds ? '' : ` but ${milliseconds} ms`;
      return `${names.get(channel_id)} ${seconds(started_at)}–${seconds(end)} ${ended_by ?? 'seen'}${length}`;
    });
  }
}

/** A function that gives the scene of the running test. */
export function ledgerScene(make: MakeDatabase): () => LedgerScene {
  let scene: LedgerScene | undefined;
  beforeEach(async () => {
    const database = await make();
    const sequelize = await database.open();
    await migrate(sequelize);
    scene = new LedgerScene(database, sequelize);
  });
  afterEach(async () => {
    await scene?.ledger.close();
    await scene?.sequelize.close();
    await scene?.database.remove();
    scene = undefined;
  });
  return () => {
    if (!scene) throw new Error('The scene is there while a test runs.');
    return scene;
  };
}
