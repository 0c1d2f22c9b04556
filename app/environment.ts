import { type Config, ConfigError, readConfig } from './config.ts';

/** The configuration of this process; in development also from `.env`. @throws ConfigError */
export function readEnvironment(): Config {
  if ((process.env.APP_ENV || 'development') === 'development') {
    try {
      process.loadEnvFile('.env');
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      // Without one the defaults will do; with one that cannot be read they would be a surprise.
      if (code !== 'ENOENT') throw new ConfigError([`.env cannot be read: ${message}`]);
    }
  }
  return readConfig(process.env);
}
