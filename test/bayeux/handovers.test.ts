// What waits for a client while it goes from process to process, and in which order it comes.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Message } from '../../lib/bayeux/faye.js';
import { Handovers } from '../../lib/bayeux/handovers.js';
import type { Parcel } from '../../lib/bayeux/markers.js';

const say = (...words: string[]): Message[] => words.map((data) => ({ channel: '/classes/4/chat', data }));
const parcel = (...words: string[]): Parcel => ({ waiting: say(...words) });
const arrived = vi.fn();
const passOn = vi.fn();
const late = vi.fn();
const onError = vi.fn();
let handovers: Handovers;

beforeEach(() => {
  vi.useFakeTimers();
  handovers = new Handovers({ arrived, passOn, late, onError });
});
afterEach(() => {
  vi.useRealTimers();
  vi.clearAllMocks();
});

describe('a client that was taken over', () => {
  it('waits for what its former process has', () => {
    handovers.begin('a1', 1);
    expect(handovers.holds('a1')).toBe(true);
    handovers.arrive('a1', 1, parcel('hi'));
    expect(handovers.holds('a1')).toBe(false);
    expect(arrived).toHaveBeenCalledExactlyOnceWith('a1', parcel('hi'), null);
  });

  it('waits for two seconds, and gets what comes later all the same', () => {
    handovers.begin('a1', 1);
    vi.advanceTimersByTime(1_999);
    expect(handovers.holds('a1')).toBe(true);
    vi.advanceTimersByTime(1);
    expect(arrived).toHaveBeenCalledExactlyOnceWith('a1', parcel(), null);
    handovers.arrive('a1', 1, parcel('hi'));
    expect(late).toHaveBeenCalledExactlyOnceWith('a1', say('hi'));
    expect(arrived).toHaveBeenCalledTimes(1);
  });

  it('does not end the process, though a delivery throws that nobody waits for', () => {
    const error = new Error('an extension of the host');
    arrived.mockImplementationOnce(() => {
      throw error;
    });
    handovers.begin('a1', 1);
    vi.advanceTimersByTime(2_000);
    expect(onError).toHaveBeenCalledExactlyOnceWith(error);
    expect(handovers.holds('a1')).toBe(false);
  });

  it('goes on, and what came for it goes on behind what its former process had', () => {
    handovers.begin('a1', 1);
    expect(handovers.goOn('a1', 'third', 2, say('second'))).toBe(true);
    expect(handovers.holds('a1')).toBe(false);
    handovers.arrive('a1', 1, parcel('first'));
    expect(passOn).toHaveBeenCalledExactlyOnceWith('third', 'a1', 2, parcel('first', 'second'));
  });

  it('goes on as one that was told so far by its former process, whatever it was told meanwhile', () => {
    const said = { '/classes/4/presence': { epoch: 'e', v: 3 } };
    handovers.begin('a1', 1);
    handovers.goOn('a1', 'third', 2, []);
    handovers.arrive('a1', 1, { ...parcel('first'), said });
    expect(passOn).toHaveBeenCalledExactlyOnceWith('third', 'a1', 2, { ...parcel('first'), said });
  });

  it('may be back before the first one has sent what it had: each handover has its own', () => {
    handovers.begin('a1', 1);
    handovers.goOn('a1', 'third', 2, say('second'));
    handovers.begin('a1', 3);
    handovers.arrive('a1', 1, parcel('first'));
    expect(passOn).toHaveBeenCalledExactlyOnceWith('third', 'a1', 2, parcel('first', 'second'));
    expect(handovers.holds('a1')).toBe(true);
    handovers.arrive('a1', 3, parcel('first', 'second', 'third'));
    expect(arrived).toHaveBeenCalledExactlyOnceWith('a1', parcel('first', 'second', 'third'), null);
  });

  it('that is no more is not waited for', () => {
    handovers.begin('a1', 1);
    handovers.forget('a1');
    vi.advanceTimersByTime(10_000);
    expect(handovers.holds('a1')).toBe(false);
    expect(arrived).not.toHaveBeenCalled();
  });

  it('whose messages have come goes on at once', () => {
    handovers.begin('a1', 1);
    handovers.arrive('a1', 1, parcel());
    expect(handovers.goOn('a1', 'third', 2, say('hi'))).toBe(false);
    expect(passOn).not.toHaveBeenCalled();
  });
});
