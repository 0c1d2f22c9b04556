/** Declares every operation as the service's start does, which refuses contradictions, and prints their number. It connects to nothing. */
import { createApi } from '../app/api.ts';
import { type CompleteConfig, readConfig } from '../app/config.ts';
import { createLogger } from '../app/platform/telemetry/logger.ts';
import { createService } from '../app/wiring.ts';

const config = readConfig({
  APP_ENV: 'test',
  PORT: '0',
  METRICS_PORT: '0',
  APP_URL: 'https://app.example.com',
  API_URL: 'https://api.example.com',
  EMAIL_FROM: 'Plinth <no-reply@example.com>',
  SMTP_URL: 'smtp://127.0.0.1:1',
  DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
}) as CompleteConfig;
const logger = createLogger({ level: 'fatal', release: 'check' });

try {
  const service = await createService({ config, role: 'api', logger, runtimeMetrics: false });
  const app = await createApi(service);
  const { body } = await app.inject('/openapi.json');
  const { paths } = JSON.parse(body) as { paths: Record<string, object> };
  const count = Object.values(paths).flatMap((methods) => Object.keys(methods)).length;
  process.stdout.write(`${count} operations: guard, permission and errors of each are derived\n`);
  process.exit(0);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
