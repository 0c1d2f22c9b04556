import { type Config, ConfigError, readConfig } from './config.ts';
import { loadEnvironmentFile } from './environment-file.ts';

/** The configuration of this process; in development also from `.env`. @throws ConfigError */
export function readEnvironment(): Config {
  try {
    loadEnvironmentFile();
  } catch (error) {
    throw new ConfigError([`.env cannot be read: ${(error as Error).message}`]);
  }
  return readConfig(process.env);
}
