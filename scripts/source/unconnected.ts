/** The service as it is built before it connects to anything, for scripts that read what it declares. */
import { type CompleteConfig, readConfig } from '../../app/config.ts';
import { createLogger } from '../../app/platform/telemetry/logger.ts';
import { createService, type Service } from '../../app/wiring.ts';

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

/** Builds the service. It is never started: the caller ends the process. */
export function createUnconnectedService(): Promise<Service> {
  return createService({ config, role: 'api', logger, runtimeMetrics: false });
}
