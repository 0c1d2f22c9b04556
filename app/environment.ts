import { type Config, readConfig } from './config.ts';

/** The configuration of this process; in development also from `.env`. @throws ConfigError */
export function readEnvironment(): Config {
  if ((process.env.APP_ENV || 'development') === 'development') {
    try {
      process.loadEnvFile('.env');
    } catch {
      // There is none: the defaults will do.
    }
  }
  return readConfig(process.env);
}
