/**
 * `npm run demo`: plays a person who uses the running service, over HTTP and the mailbox's own API: the story of each feature, its
 * `tools/demo.ts`. Prints each step with its answer and time,
 * and exits with 1 at the first unexpected answer.
 */
import { createStage, type DemoTool, Surprise } from './demo/stage.ts';
import { mailboxUrls, readScriptEnvironment } from './environment.ts';
import { loadTools } from './source/tools.ts';

const env = readScriptEnvironment();
const stage = createStage({
  apiUrl: env.API_URL ?? `http://localhost:${env.PORT ?? 5_000}`,
  mailboxUrls: mailboxUrls(env),
});

try {
  await stage.ready();
  for (const { story } of await loadTools<DemoTool>('demo.ts')) await story(stage, env);
  stage.finish();
} catch (error) {
  if (!(error instanceof Surprise)) throw error;
  process.stderr.write(`\n  SURPRISE  ${error.message}\n\n`);
  process.exitCode = 1;
}
