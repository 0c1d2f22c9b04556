/** Draws the figures of a benchmark as an SVG: each figure as a bar, relative to what it must be. `node chart.js < performance.json > performance.svg` */
import { readFileSync } from 'node:fs';
import * as echarts from 'echarts';

const { figures, machine } = JSON.parse(readFileSync(0, 'utf8'));
/** How many times better than it must be; 1 is the bound. */
const marginOf = ({ better, value, must }) => (better === 'more' ? value / must : must / value);
const shown = figures.filter(({ value }) => value > 0).toReversed();
const text = { color: '#57606a', fontFamily: 'system-ui, sans-serif' };
const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: 860, height: 90 + 24 * shown.length });
chart.setOption({
  animation: false,
  textStyle: text,
  title: {
    text: 'Times better than the bound',
    subtext: machine,
    textStyle: { ...text, fontSize: 15 },
    subtextStyle: text,
  },
  grid: { left: 330, right: 90, top: 60, bottom: 24 },
  xAxis: { type: 'log', min: 0.25, splitLine: { lineStyle: { color: '#d0d7de' } }, axisLabel: text },
  yAxis: {
    type: 'category',
    data: shown.map(({ title }) => title),
    axisTick: { show: false },
    axisLabel: { ...text, width: 320, overflow: 'break' },
  },
  series: [
    {
      type: 'bar',
      barWidth: 12,
      data: shown.map((figure) => ({
        value: Number(marginOf(figure).toFixed(3)),
        itemStyle: { color: marginOf(figure) >= 1 ? '#1a7f37' : '#bf8700' },
      })),
      label: {
        show: true,
        position: 'right',
        ...text,
        formatter: ({ dataIndex }) => {
          const { value, unit, must } = shown[dataIndex];
          const number = (given) => `${Number(given.toFixed(unit === 'MB' ? 0 : 2))}${unit && ` ${unit}`}`;
          return `${number(value)} (${number(must)})`;
        },
      },
      markLine: {
        silent: true,
        symbol: 'none',
        label: { show: false },
        lineStyle: { color: '#57606a' },
        data: [{ xAxis: 1 }],
      },
    },
  ],
});
// A chart keeps a timer.
process.stdout.write(`${chart.renderToSVGString()}\n`, () => process.exit());
