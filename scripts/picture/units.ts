/** Numbers as Grafana writes them, for the units that the dashboards use. */

/** `unit` is one of Grafana's; `decimals` as a panel asks for it. */
export function format(value: number, unit = 'none', decimals?: number): string {
  if (unit === 'percentunit') return `${fixed(value * 100, decimals ?? 1)}%`;
  if (unit === 's') return duration(value, decimals);
  if (unit === 'bytes') return scaled(value, 1_024, ['B', 'KiB', 'MiB', 'GiB'], decimals);
  const [, suffix] = /^suffix:(.*)$/.exec(unit) ?? [];
  const rest = suffix ?? { reqps: ' req/s', ops: ' ops/s', Bps: ' B/s' }[unit] ?? '';
  return `${scaled(value, 1_000, ['', 'K', 'Mil', 'Bil'], decimals)}${rest}`;
}

function duration(seconds: number, decimals?: number): string {
  const size = Math.abs(seconds);
  if (size === 0) return '0 s';
  if (size < 0.001) return `${fixed(seconds * 1e6, decimals)} µs`;
  if (size < 1) return `${fixed(seconds * 1_000, decimals)} ms`;
  if (size < 60) return `${fixed(seconds, decimals)} s`;
  if (size < 3_600) return `${fixed(seconds / 60, decimals)} mins`;
  if (size < 86_400) return `${fixed(seconds / 3_600, decimals)} hours`;
  return `${fixed(seconds / 86_400, decimals)} days`;
}

function scaled(value: number, base: number, names: string[], decimals?: number): string {
  let size = value;
  let step = 0;
  while (Math.abs(size) >= base && step < names.length - 1) {
    size /= base;
    step++;
  }
  return `${fixed(size, decimals)}${names[step] === '' ? '' : ` ${names[step]}`}`;
}

/** Three digits that matter, unless the panel says how many decimals. */
function fixed(value: number, decimals?: number): string {
  if (decimals !== undefined) return value.toFixed(decimals);
  const size = Math.abs(value);
  return String(Number(value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3)));
}
