/** A store for backups beside an installation with Docker Compose: it speaks S3 with TLS, and its certificate is handed over in a volume. */
import { writeFile } from 'node:fs/promises';
import { createInstallation, type Installation, type InstallationOptions } from './installation.ts';

/** The lines of `.env` that lead to it. */
export const STORE = {
  BACKUP_S3_BUCKET: 'bucket',
  BACKUP_S3_ENDPOINT: 'store',
  BACKUP_S3_REGION: 'eu-test-1',
  BACKUP_S3_KEY: 'backups',
  BACKUP_S3_SECRET: 'backups-secret',
  BACKUP_S3_CA: '/tls/ca.pem',
  BACKUP_PASSPHRASE: 'q8Zr2vLk0WmX5tYb7NcJ4hGfD1sPaE9uTiOoRlKj',
};

/** In reach of the database and of drills. */
export const STORE_FILE = `
services:
  db: { volumes: ["tls:/tls:ro"] }
  drill: { volumes: ["tls:/tls:ro"] }
  store:
    image: plinth-test-store:1
    volumes: ["tls:/tls", "store:/store"]
    networks: [port-db, port-drill]
volumes: { tls: {}, store: {} }
`;

/** An installation with the store in reach, which runs. Backups are on once `.env` has `STORE`. */
export async function createInstallationWithStore(
  name: string,
  { env, ...options }: InstallationOptions = {},
): Promise<Installation> {
  const site = await createInstallation(name, {
    ...options,
    env: { COMPOSE_FILE: 'docker-compose.yml:override.yml:store.yml', ...env },
  });
  await writeFile(site.path('store.yml'), STORE_FILE);
  await site.works('docker compose up --detach --wait store');
  return site;
}

/** A figure that backups leave for the monitoring, or 0 while there is none. @param file its name without `.prom` */
export async function stateOf(site: Installation, file: string): Promise<number> {
  const text = await site.works(
    `docker compose exec -T db sh -c 'cat /var/lib/plinth/${file}.prom 2>/dev/null || true'`,
  );
  return Number(text.split(/\s/)[1] ?? 0);
}

/** The time of the database, as `./plinth restore --to` takes it. */
export async function momentOf(site: Installation): Promise<string> {
  return site.query("select to_char(clock_timestamp(), 'YYYY-MM-DD HH24:MI:SS.MSOF')");
}

/** Until the log up to now is in the store. */
export async function archived(site: Installation): Promise<void> {
  await site.works(
    'docker compose exec -T --user postgres db pgbackrest --stanza=plinth --log-level-console=error check',
  );
}
