/** `npm run code -- SECRET`: the code that an authenticator app with this secret shows now. For the operator that `npm run seed` makes. */
import { codeAt } from './demo/one-time-codes.ts';

const [secret = ''] = process.argv.slice(2);
if (!/^[A-Z2-7]{16,}$/.test(secret)) {
  process.stderr.write('Name the secret of an authenticator app: npm run code -- SECRET\n');
  process.exitCode = 2;
} else process.stdout.write(`${codeAt(secret, new Date())}\n`);
