/** Checks that each alert has a runbook and cases, that each runbook has an alert, and that the commands in runbooks are valid. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { parse } from 'yaml';
import { createTestDatabase, type TestDatabase } from '../database.ts';
import { readLogql, readPromql } from './query-language.ts';
import { readAlertCases, readAlerts } from './rules.ts';

const FOLDER = 'docs/runbooks';
const SECTIONS = ['What it means', 'What users notice', 'How to look', 'Causes and what to do', 'It is over when'];

/** Where a notification leads: Grafana serves the folder, and its port is reached as those of Prometheus and Alertmanager are. */
const SERVED = 'http://localhost:3000/public/runbooks';

const alerts = readAlerts();
const runbooks = readdirSync(FOLDER)
  .filter((name) => name !== 'README.md')
  .map((name) => ({ name, text: readFileSync(`${FOLDER}/${name}`, 'utf8') }));

/** The code blocks in a language, each without the indentation of its list. */
function blocks(text: string, language: string): string[] {
  const fences = text.matchAll(new RegExp(`^( *)\`\`\`${language}\\n(.*?)^ *\`\`\``, 'gms'));
  return [...fences].map(([, indent, body]) => body!.replaceAll(new RegExp(`^${indent}`, 'gm'), '').trim());
}

describe('alerts', () => {
  it('have a severity, a summary, and the runbook that is named after them', () => {
    assert.ok(alerts.length >= 12);
    for (const { alert, labels, annotations } of alerts) {
      assert.match(labels?.severity ?? '', alert === 'Watchdog' ? /^none$/ : /^(page|ticket)$/, alert);
      assert.ok(annotations?.summary, alert);
      const slug = alert.replaceAll(/(?<!^)[A-Z]/g, '-$&').toLowerCase();
      assert.equal(annotations.runbook, `${FOLDER}/${slug}.md`, alert);
      assert.equal(annotations.runbook_url, `${SERVED}/${slug}.md`, alert);
    }
  });

  it('lead to a runbook that Grafana serves', () => {
    const { ports, volumes } = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }).services.grafana;
    assert.deepEqual(ports, ['127.0.0.1:3000:3000']);
    assert.ok(volumes.includes('./docs/runbooks:/usr/share/grafana/public/runbooks:ro'));
  });

  it('have a case in which they fire and one in which they do not', () => {
    const cases = readAlertCases();
    // One fires always.
    for (const { alert } of alerts)
      for (const fires of alert === 'Watchdog' ? [true] : [true, false])
        assert.ok(
          cases.some((one) => one.alert === alert && one.fires === fires),
          `${alert} has no case in which it ${fires ? 'fires' : 'does not fire'}`,
        );
  });
});

describe('runbooks', () => {
  let database: TestDatabase;
  let client: pg.Client;
  before(async () => {
    database = await createTestDatabase();
    client = new pg.Client(database.url);
    await client.connect();
  });
  after(async () => {
    await client.end();
    await database.close();
  });

  it('match the alerts, have the same sections, and are in the index with their severity', () => {
    const index = readFileSync(`${FOLDER}/README.md`, 'utf8');
    assert.deepEqual(
      runbooks.map(({ name }) => `${FOLDER}/${name}`).sort(),
      alerts.map(({ annotations }) => annotations!.runbook!).sort(),
    );
    for (const { alert, labels, annotations } of alerts) {
      const { name, text } = runbooks.find((one) => annotations!.runbook!.endsWith(`/${one.name}`))!;
      assert.equal(text.split('\n')[0], `# ${alert}`);
      const sections = [...text.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
      assert.deepEqual(sections, SECTIONS, name);
      assert.match(index, new RegExp(`^\\| \\[${alert}\\]\\(${name}\\) \\| .+ \\| ${labels!.severity} \\|$`, 'm'));
    }
  });

  it('have valid queries for Prometheus and Loki', () => {
    for (const { name, text } of runbooks) {
      const queries = blocks(text, 'promql').flatMap((block) => block.split('\n'));
      assert.ok(queries.length > 0, name);
      for (const query of queries) assert.ok(readPromql(query).metrics.length > 0, `${name}: ${query}`);
      for (const query of blocks(text, 'logql')) readLogql(query);
    }
  });

  it('have SQL that works on the tables', async () => {
    const statements = runbooks.flatMap(({ name, text }) => blocks(text, 'sql').map((sql) => ({ name, sql })));
    assert.ok(statements.length > 10);
    for (const { name, sql } of statements)
      await client.query(`explain ${sql}`).catch((error) => assert.fail(`${name}: ${sql}: ${error.message}`));
  });
});
