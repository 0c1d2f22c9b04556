/** Reads `.env` into the environment, in development only. Elsewhere a file that lies about must not decide anything. */
export function loadEnvironmentFile(): void {
  if ((process.env.APP_ENV || 'development') !== 'development') return;
  try {
    process.loadEnvFile('.env');
  } catch (error) {
    // Without one the defaults will do; with one that cannot be read they would be a surprise.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
