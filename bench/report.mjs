// Tables for people: medians per server, ratios beside the figures they are of, goals with a verdict.
import { availableParallelism, cpus, loadavg } from 'node:os';

/** One line on where the figures are from. */
export function machine() {
  const load = loadavg()
    .map((value) => value.toFixed(1))
    .join(' ');
  return `Node ${process.versions.node}, ${availableParallelism()} × ${cpus()[0].model}, load average ${load}`;
}

/** @param {{columns: object[]}} scenario */
export function scenarioTable(name, scenario, servers, samples) {
  const shown = scenario.columns.flatMap((column) => [
    column,
    ...(column.ratios ?? []).map((base) => ({ ...column, base, title: `/ ${base.split('-')[0]}`, digits: 2 })),
  ]);
  const value = (label, server, { key, base }) =>
    base ? samples.ratio(name, label, key, server, base) : samples.median(name, label, server, key);
  const rows = samples
    .labels(name)
    .flatMap((label) =>
      servers.map((server) => [
        label,
        server,
        ...shown.map((column) => number(value(label, server, column), column.digits)),
      ]),
    );
  return `${scenario.title}\n${table(['', 'server', ...shown.map(({ title }) => title)], rows)}`;
}

export function goalTable(verdicts) {
  const rows = verdicts.map(({ goal, limit, value, verdict }) => [goal, `≤ ${limit}`, number(value, 2), verdict]);
  return `goals\n${table(['', 'limit', 'measured', ''], rows)}`;
}

const number = (value, digits) => (value === undefined ? '–' : value.toFixed(digits));

function table(head, rows) {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  const line = (row) =>
    `| ${row.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(' | ')} |`;
  const rule = `|${widths.map((width, i) => (i < 2 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}
