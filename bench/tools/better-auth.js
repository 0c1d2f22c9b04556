/** The session of a signed-in person with better-auth, on tables and a database of its own, without its cookie cache. */
import { createServer } from 'node:http';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import pg from 'pg';

const PEOPLE = 20;
const PASSWORD = 'correct horse battery staple';

process.on('disconnect', () => process.exit());
process.once('message', async ({ databaseUrl, secret }) => {
  const options = {
    database: new pg.Pool({ connectionString: databaseUrl, max: 10 }),
    baseURL: 'http://127.0.0.1',
    secret,
    emailAndPassword: { enabled: true },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
  };
  await (await getMigrations(options)).runMigrations();
  const auth = betterAuth(options);
  const cookies = [];
  for (let person = 0; person < PEOPLE; person++) {
    const body = { email: `person${person}@example.com`, name: `Person ${person}`, password: PASSWORD };
    const response = await auth.api.signUpEmail({ body, asResponse: true });
    if (!response.ok) throw new Error(await response.text());
    cookies.push(
      response.headers
        .getSetCookie()
        .map((cookie) => cookie.split(';')[0])
        .join('; '),
    );
  }
  const server = createServer(toNodeHandler(auth));
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port, cookies }));
});
