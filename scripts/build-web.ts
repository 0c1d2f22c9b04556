/** First step of `npm run test:browser`: installs and builds the account app, if `web/` has changed since it was built. Exits with 1 if that fails. */
import { createAccountAppBuild } from '../dev/account-app.ts';

const build = createAccountAppBuild((line) => process.stderr.write(`${line}\n`));
if (build.progress()) process.stderr.write('plinth: building the account app…\n');
await build.begin();
process.exitCode = build.progress() ? 1 : 0;
