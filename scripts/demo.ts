/**
 * `npm run demo`: plays a person who uses the running service, over HTTP and the mailbox's own API. Prints each step with its answer and time,
 * and exits with 1 at the first unexpected answer.
 */
import { accountsStory } from './demo/accounts.ts';
import { billingStory } from './demo/billing.ts';
import { organizationsStory } from './demo/organizations.ts';
import { createStage, Surprise } from './demo/stage.ts';

try {
  // The service reads .env in development too.
  process.loadEnvFile('.env');
} catch {
  // Without a .env file the defaults apply.
}
const port = process.env.PORT ?? '5000';
const mailboxPort = process.env.MAILBOX_PORT ?? '1080';
const stage = createStage({
  apiUrl: process.env.API_URL ?? `http://localhost:${port}`,
  mailboxUrl: process.env.MAILBOX_URL ?? `http://localhost:${mailboxPort}`,
});

try {
  await stage.ready();
  await accountsStory(stage);
  await organizationsStory(stage);
  await billingStory(
    stage,
    process.env.STRIPE_API_BASE ?? `http://localhost:${process.env.STRIPE_SANDBOX_PORT ?? 12_111}`,
  );
  stage.finish();
} catch (error) {
  if (!(error instanceof Surprise)) throw error;
  process.stderr.write(`\n  SURPRISE  ${error.message}\n\n`);
  process.exitCode = 1;
}
