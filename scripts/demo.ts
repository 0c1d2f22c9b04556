/**
 * `npm run demo`: plays a person who uses the running service, over HTTP and the mailbox's own API. Prints each step with its answer and time,
 * and exits with 1 at the first unexpected answer.
 */
import { accountsStory } from './demo/accounts.ts';
import { billingStory } from './demo/billing.ts';
import { organizationsStory } from './demo/organizations.ts';
import { createStage, Surprise } from './demo/stage.ts';
import { readScriptEnvironment } from './environment.ts';

const env = readScriptEnvironment();
const stage = createStage({
  apiUrl: env.API_URL ?? `http://localhost:${env.PORT ?? 5_000}`,
  mailboxUrl: env.MAILBOX_URL ?? `http://localhost:${env.MAILBOX_PORT ?? 1_080}`,
});

try {
  await stage.ready();
  await accountsStory(stage);
  await organizationsStory(stage);
  await billingStory(stage, {
    url: env.STRIPE_API_BASE ?? `http://localhost:${env.STRIPE_SANDBOX_PORT ?? 12_111}`,
    key: env.STRIPE_SECRET_KEY ?? 'sk_test_sandbox',
  });
  stage.finish();
} catch (error) {
  if (!(error instanceof Surprise)) throw error;
  process.stderr.write(`\n  SURPRISE  ${error.message}\n\n`);
  process.exitCode = 1;
}
