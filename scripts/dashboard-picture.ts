/**
 * A picture of a dashboard, for documents: `node scripts/dashboard-picture.ts overview docs/images/overview.png`. Reads the dashboard as
 * Grafana does, asks the Prometheus of `npm run monitoring` (PROMETHEUS_PORT) for the last 15 minutes (MINUTES), and draws it in Chromium.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { chromium } from 'playwright-core';
import { type Panel, readDashboards } from './monitoring/dashboards.ts';
import { prometheusClient } from './monitoring/prometheus.ts';
import { type Drawing, drawPanel, escapeHtml } from './picture/panels.ts';

const [name, output] = process.argv.slice(2);
const dashboard = readDashboards().find((one) => one.name === name);
if (!dashboard || !output) {
  process.stderr.write('Usage: node scripts/dashboard-picture.ts <dashboard> <file.png>\n');
  process.exit(2);
}

/** As Grafana lays panels out. */
const COLUMN = 60;
const ROW = 38;
const GAP = 8;
const TITLE = 34;
const HEADER = 56;

const STYLE = `
  body { margin: 0; background: #111217; color: #ccccdc; font: 14px Inter, 'DejaVu Sans', sans-serif; position: relative; }
  header { padding: 16px; font-size: 18px; display: flex; justify-content: space-between } header small { font-size: 13px; color: #8e8e99; padding-top: 4px }
  section { position: absolute; background: #181b1f; border: 1px solid #2c3235; border-radius: 3px; box-sizing: border-box; overflow: hidden }
  section h2 { margin: 0; padding: 9px 10px; font-size: 14px; font-weight: 500; height: 16px; line-height: 16px }
  .row { position: absolute; font-size: 16px; padding: 7px 2px; color: #ccccdc }
  .stat { height: calc(100% - ${TITLE}px); display: flex; font-size: 44px; font-weight: 500 } .stat small { font-size: 14px; color: #ccccdc; margin-right: 10px }
  .stat div { flex: 1; display: flex; align-items: center; justify-content: center }
  .legend { padding: 2px 10px; font-size: 12px; white-space: nowrap; overflow: hidden } .legend span { margin-right: 14px }
  .legend i { display: inline-block; width: 14px; height: 4px; border-radius: 2px; margin-right: 6px; vertical-align: middle }
  .bars { display: grid; grid-template-columns: auto 1fr auto; gap: 14px 12px; align-items: center; padding: 18px 16px }
  .bars .bar { background: #24272d; height: 30px; border-radius: 2px } .bars b { display: block; height: 100%; border-radius: 2px; opacity: .85 }
  .bars .value { font-size: 20px; text-align: right } .missing { padding: 20px; color: #8e8e99 }`;

async function page({ title, panels }: { title: string; panels: readonly Panel[] }, drawing: Drawing): Promise<string> {
  const drawn: string[] = [];
  for (const panel of panels) {
    const { x, y, w, h } = panel.gridPos;
    const place = { left: x * COLUMN + GAP, top: y * ROW + HEADER, width: w * COLUMN - GAP, height: h * ROW - GAP };
    const style = Object.entries(place)
      .map(([property, pixels]) => `${property}:${pixels}px`)
      .join(';');
    const heading = escapeHtml(panel.title);
    if (panel.type === 'row') drawn.push(`<div class="row" style="${style}">⌄ ${heading}</div>`);
    else {
      const inside = await drawPanel(panel, { width: place.width - 2, height: place.height - TITLE - 8 }, drawing);
      drawn.push(`<section style="${style}"><h2>${heading}</h2>${inside}</section>`);
    }
  }
  const height = Math.max(...panels.map(({ gridPos: { y, h } }) => y + h)) * ROW + HEADER + GAP;
  const span = `Last ${Math.round((drawing.to - drawing.from) / 60)} minutes, until ${new Date(drawing.to * 1_000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><body style="height:${height}px"><header>${escapeHtml(title)}<small>${span}</small></header>${drawn.join('')}</body>`;
}

const client = prometheusClient(`http://localhost:${process.env.PROMETHEUS_PORT ?? 9_090}`);
const to = Math.floor(Date.now() / 1_000);
const from = to - 60 * Number(process.env.MINUTES ?? 15);
const html = await page(dashboard, { client, dashboard, from, to, stepSeconds: 15 });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  const view = await browser.newPage({ viewport: { width: 24 * COLUMN + GAP, height: 100 } });
  await view.setContent(html);
  mkdirSync(dirname(output), { recursive: true });
  await view.screenshot({ path: output, fullPage: true });
} finally {
  await browser.close();
}
