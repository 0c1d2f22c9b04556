/**
 * The environment of a script that runs beside `npm start`, with `.env` beneath it, as the service reads it in development. An empty
 * variable is absent, as everywhere: a copy of `.env.example` sets many to nothing.
 */
export function readScriptEnvironment(): Readonly<Record<string, string | undefined>> {
  try {
    process.loadEnvFile('.env');
  } catch {
    // There is none: the defaults will do.
  }
  return Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''));
}

/** Where the mailbox may be: that of `npm start`, or Mailpit as docker-compose.stand-ins.yml publishes it. */
export function mailboxUrls(env: Readonly<Record<string, string | undefined>>): string[] {
  if (env.MAILBOX_URL) return [env.MAILBOX_URL];
  return [`http://localhost:${env.MAILBOX_PORT ?? 1_080}`, 'http://localhost:8025'];
}
