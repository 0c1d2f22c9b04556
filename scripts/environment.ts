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
