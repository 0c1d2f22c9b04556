/**
 * `npm run smoke`: the part of the demo that can run against a live installation, at API_URL, with the account of SMOKE_EMAIL and SMOKE_PASSWORD.
 * Rollouts run it (.github/workflows/rollout.yml), without anything installed. Exits with 1 at the first unexpected answer.
 */
import { accountStory, strangerStory } from './demo/live.ts';
import { createStage, Surprise } from './demo/stage.ts';

const { API_URL: apiUrl, SMOKE_EMAIL: email, SMOKE_PASSWORD: password } = process.env;
if (!apiUrl) {
  process.stderr.write('API_URL must be the address of the installation, e.g. https://api.example.com\n');
  process.exit(2);
}
const stage = createStage({ apiUrl });

try {
  await stage.ready();
  await strangerStory(stage);
  if (email && password) await accountStory(stage, { email, password });
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
