/**
 * `npm run smoke`: the part of the demo that can run against a live installation, at API_URL, with the account of SMOKE_EMAIL and SMOKE_PASSWORD.
 * Features add to it (`tools/smoke.ts`). Rollouts run it (.github/workflows/rollout.yml), without anything installed. Exits with 1 at the first
 * unexpected answer.
 */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { accountStory, type SmokeTool, strangerStory } from './demo/live.ts';
import { createStage, Surprise } from './demo/stage.ts';

const { API_URL: apiUrl, SMOKE_EMAIL: email, SMOKE_PASSWORD: password } = process.env;
if (!apiUrl) {
  process.stderr.write('API_URL must be the address of the installation, e.g. https://api.example.com\n');
  process.exit(2);
}
const root = join(import.meta.dirname, '..');
const stage = createStage({ apiUrl });

try {
  await stage.ready();
  const files = globSync('app/{features,product}/*/tools/smoke.ts', { cwd: root }).sort();
  const features: SmokeTool[] = await Promise.all(files.map((file) => import(pathToFileURL(join(root, file)).href)));
  await strangerStory(stage, features);
  if (email && password) await accountStory(stage, { email, password }, features);
  else
    process.stdout.write(
      '\nSkipped: signing in and using an account, because SMOKE_EMAIL and SMOKE_PASSWORD are not set.\n',
    );
  stage.finish();
} catch (error) {
  if (!(error instanceof Surprise)) throw error;
  process.stderr.write(`\n  SURPRISE  ${error.message}\n\n`);
  process.exitCode = 1;
}
