// The goals of the benchmark: what faye-online must cost at most, as ratios of figures from one interleaved run.
const OURS = 'faye-online';

const ratio = (scenario, label, key, base) => (samples) => samples.ratio(scenario, label, key, OURS, base);

function flatness(samples) {
  const small = samples.median('join', 'N=200', OURS, 'singleBytes');
  const large = samples.median('join', 'N=1000', OURS, 'singleBytes');
  return small === undefined || large === undefined ? undefined : large / small;
}

const GOALS = [
  ['join, N=1000: server CPU / faye-bare', 1.5, ratio('join', 'N=1000', 'cpuMs', 'faye-bare')],
  ['join, N=1000: server CPU / socketio-diff', 0.4, ratio('join', 'N=1000', 'cpuMs', 'socketio-diff')],
  ['join: bytes per member per join, 1000 / 200 members', 1.1, flatness],
  ['fanout, S=1000, W=1: CPU per delivery / faye-bare', 0.6, ratio('fanout', 'S=1000, W=1', 'cpuUs', 'faye-bare')],
  ['fanout, S=1000, W=8: CPU per delivery / faye-bare', 0.25, ratio('fanout', 'S=1000, W=8', 'cpuUs', 'faye-bare')],
  ['memory, N=2000: heap per idle client / faye-bare', 0.6, ratio('memory', 'N=2000', 'heapKb', 'faye-bare')],
];

/** @returns {{goal: string, limit: number, value: number | undefined, verdict: 'PASS' | 'FAIL' | 'not measured'}[]} */
export function judge(samples) {
  return GOALS.map(([goal, limit, measure]) => {
    const value = measure(samples);
    const verdict = value === undefined ? 'not measured' : value <= limit ? 'PASS' : 'FAIL';
    return { goal, limit, value, verdict };
  });
}
