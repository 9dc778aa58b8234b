// Whether Redis answers: learned from its connection and from every command, told to one listener.
import type { RedisClient } from '../redis.js';

/** Answers of a server that is there but not able: it loads its data, is a replica, or lost its cluster. */
const UNABLE = /^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|BUSY) /;

export class RedisPulse {
  readonly #redis: RedisClient;
  #answers = true;
  #listener: ((answers: boolean) => void) | undefined;

  constructor(redis: RedisClient) {
    this.#redis = redis;
    redis.on('ready', this.#found);
    redis.on('close', this.#lost);
    redis.on('end', this.#lost);
  }

  watch(listener: (answers: boolean) => void): void {
    this.#listener = listener;
  }

  /** Passes an answer on, or its failure, and takes note of what that says. */
  async feel<T>(answer: Promise<T>): Promise<T> {
    try {
      const value = await answer;
      this.#found();
      return value;
    } catch (error) {
      if (isAnswer(error)) this.#found();
      else this.#lost();
      throw error;
    }
  }

  close(): void {
    this.#redis.off('ready', this.#found);
    this.#redis.off('close', this.#lost);
    this.#redis.off('end', this.#lost);
    this.#listener = undefined;
  }

  readonly #found = (): void => this.#turn(true);
  readonly #lost = (): void => this.#turn(false);

  #turn(answers: boolean): void {
    if (this.#answers === answers) return;
    this.#answers = answers;
    this.#listener?.(answers);
  }
}

/** An error that the server sent, because of what it was asked. All others say that it did not answer. */
const isAnswer = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ReplyError' && !UNABLE.test(error.message);
