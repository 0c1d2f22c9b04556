import { createInterface } from 'node:readline';
import { createVerifier } from './verifier.mjs';

const [, , , issuer, audience] = process.argv;
const verify = await createVerifier(issuer, audience);
for await (const token of createInterface({ input: process.stdin })) {
  const answer = await verify(token).then(
    ({ sub, organization, role }) => `accepted ${sub} ${organization} ${role}`,
    (error) => `refused ${error.message.replaceAll('\n', ' ')}`,
  );
  process.stdout.write(`${answer}\n`);
}
