/**
 * Names that are stored, or that others rely on, keep their spelling: a queue's name is in the rows of waiting jobs, an action's in the audit
 * trail, a metric's in dashboards, a setting's in the environment of every installation.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { rows } from '../test/conditions.ts';
import { startTestService, type TestService } from '../test/service.ts';
import './declarations.ts';
import { auditActions } from './features/audit/actions.ts';
import { allEmails } from './features/email/declaration.ts';
import * as features from './features.ts';
import { allErrors } from './platform/errors.ts';
import { allQueues } from './platform/jobs/queues.ts';
import { allSettings } from './platform/settings/settings.ts';
import { allMetrics } from './platform/telemetry/metrics.ts';

/** Feature (or `platform`) -> kind -> names. A name that is retired on purpose is removed here, with a word in the changelog. */
type Names = Record<string, Record<string, string[]>>;
const EARLIER: Names = JSON.parse(readFileSync(new URL('../test/vectors/names/0.1.0.json', import.meta.url), 'utf8'));

/** Names of kinds that only one feature has: its `testing/names.ts`. */
const ofFeatures: { present: Record<string, ReadonlySet<string>> }[] = await Promise.all(
  globSync('app/{features,product}/*/testing/names.ts').map((file) => import(pathToFileURL(file).href)),
);

describe('names of 0.1.0', () => {
  let test: TestService;
  before(async () => {
    test = await startTestService({ jobs: false });
  });
  after(() => test.close());

  it('are still there, each of every kind', async () => {
    const tables = await rows(
      test,
      `select relname as name from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace`,
    );
    const present: Record<string, ReadonlySet<string>> = {
      'audit actions': new Set(auditActions),
      'email templates': new Set(allEmails().map(([name]) => name)),
      'error codes': new Set(allErrors().map(({ code }) => code)),
      metrics: new Set(allMetrics().map(([name]) => name)),
      queues: new Set(allQueues().map(({ name }) => name)),
      settings: new Set(Object.keys(allSettings())),
      tables: new Set(tables.map(({ name }) => name)),
      ...Object.assign({}, ...ofFeatures.map(({ present }) => present)),
    };
    const here = new Set(['platform', ...Object.keys(features)]);
    const gone = Object.entries(EARLIER)
      .filter(([owner]) => here.has(owner))
      .flatMap(([owner, kinds]) =>
        Object.entries(kinds).flatMap(([kind, names]) =>
          names.filter((name) => !present[kind]?.has(name)).map((name) => `${owner}: ${kind}: ${name}`),
        ),
      );
    assert.deepEqual(gone, []);
  });
});
