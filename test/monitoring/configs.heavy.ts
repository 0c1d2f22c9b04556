/** Checks the files of `monitoring/` with Prometheus' and Alertmanager's own tools: as shipped, and as copied for one machine. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { copyMonitoring, shortenRules } from '../../scripts/monitoring/files.ts';
import { RULE_FILES } from './rules.ts';

/** Of the version that runs the rules, where `npm run test:monitoring` could build it. */
const PROMTOOL = process.env.PROMTOOL ?? 'promtool';
const CASES = globSync('monitoring/prometheus/tests/*.yml');

/** Runs a tool. @returns its output @throws Error with its output if it fails */
async function run(program: string, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(program, args).catch((error) => {
    throw new Error(`${program} ${args.join(' ')}: ${error.stdout}${error.stderr}`);
  });
  return stdout + stderr;
}

describe('monitoring/', () => {
  it('is accepted by promtool and amtool', async () => {
    assert.match(await run(PROMTOOL, 'check', 'config', 'monitoring/prometheus/prometheus.yml'), /SUCCESS/);
    assert.match(await run(PROMTOOL, 'check', 'rules', '--lint=all', '--lint-fatal', ...RULE_FILES), /SUCCESS/);
    assert.match(await run('amtool', 'check-config', 'monitoring/alertmanager/alertmanager.yml'), /SUCCESS/);
  });

  // The cases simulate days, minute by minute: ten seconds on a fast machine.
  it('has rules that fire when they should, and only then', { timeout: 600_000 }, async () => {
    assert.ok(CASES.length >= 3);
    const said = await run(PROMTOOL, 'test', 'rules', ...CASES);
    assert.equal(said.match(/SUCCESS/g)?.length, CASES.length, said);
  });

  it('routes alerts by severity', async () => {
    for (const severity of ['page', 'ticket']) {
      const args = ['config', 'routes', 'test', '--config.file=monitoring/alertmanager/alertmanager.yml'];
      assert.match(await run('amtool', ...args, `severity=${severity}`), new RegExp(`^${severity}\n`));
    }
  });

  it('is also accepted when it is copied for one machine', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'plinth-configs-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const files = await copyMonitoring({
      folder,
      prometheusPort: 19_090,
      alertmanagerPort: 19_093,
      service: [{ target: 'localhost:19464', role: 'all' }],
      tell: () => {},
      fasterScrapes: 15,
      shorterSpans: 15,
    });
    assert.match(await run(PROMTOOL, 'check', 'config', files.prometheus), /SUCCESS/);
    assert.match(await run('amtool', 'check-config', files.alertmanager), /SUCCESS/);
    // Only the durations of a rule differ.
    for (const file of RULE_FILES) {
      const copy = await readFile(join(folder, file.replace('monitoring/', '')), 'utf8');
      const spans = (text: string) => text.replaceAll(/(?<=\[|for: )\w+/g, '_');
      const original = await readFile(file, 'utf8');
      assert.equal(spans(copy), spans(original));
      assert.notEqual(copy, original);
      assert.equal(shortenRules(original, 1), original);
    }
  });
});
