/** Observes the environment of a process: the disk that it runs on, the reader of its log, and the certificates that its callers see. */
import './process-metrics.ts';
import { statfs } from 'node:fs/promises';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { atScrape, type Metrics } from './metrics.ts';
import { droppedLines } from './standard-output.ts';

/** Reads the free share of the disk at each scrape. */
export function observeDisk(metrics: Pick<Metrics, 'filesystem_free_ratio'>, path = '/'): void {
  const { filesystem_free_ratio: gauge } = metrics;
  atScrape(gauge, async () => {
    const free = await statfs(path).then(
      ({ bavail, blocks }) => bavail / blocks,
      () => Number.NaN,
    );
    gauge.set(free);
  });
}

/** Counts the lines of the log that are lost. */
export function observeLog(metrics: Pick<Metrics, 'log_lines_dropped_total'>): void {
  const { log_lines_dropped_total: counter } = metrics;
  let counted = 0;
  atScrape(counter, () => {
    const dropped = droppedLines();
    counter.inc(dropped - counted);
    counted = dropped;
  });
}

const REFRESH_MS = 3_600_000;
const TIMEOUT_MS = 5_000;

/**
 * Observes when the certificates of public URLs end. They are checked once per hour, so that a scrape never waits for it.
 * @param urls endpoint -> URL; URLs without https are skipped
 * @returns a function that stops the checks
 */
export function observeCertificates(
  metrics: Pick<Metrics, 'tls_certificate_expiry_timestamp_seconds'>,
  urls: Readonly<Record<string, string>>,
): () => void {
  const { tls_certificate_expiry_timestamp_seconds: gauge } = metrics;
  const ask = () => {
    for (const [endpoint, url] of Object.entries(urls)) {
      if (!url.startsWith('https:')) continue;
      // If the endpoint cannot be reached, the last known value stays, because the certificate has not changed.
      certificateExpiry(url).then(
        (expiry) => gauge.set({ endpoint }, expiry.getTime() / 1_000),
        () => {},
      );
    }
  };
  ask();
  const timer = setInterval(ask, REFRESH_MS).unref();
  return () => clearInterval(timer);
}

/** Returns the end of the certificate of an https URL, whether or not it is trusted. @throws Error if there is no certificate */
export async function certificateExpiry(url: string): Promise<Date> {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const { promise, resolve, reject } = Promise.withResolvers<Date>();
  // No data is sent, so an untrusted certificate does no harm. An expired certificate must be readable too.
  const socket = connect({
    host,
    port: Number(port || 443),
    // An IP address is not a server name (RFC 6066, section 3), and Node refuses to send one.
    ...(isIP(host) === 0 && { servername: hostname }),
    rejectUnauthorized: false,
  });
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error(`${hostname} did not answer`)));
  socket.once('secureConnect', () => {
    resolve(new Date(socket.getPeerCertificate().valid_to));
    socket.end();
  });
  socket.once('error', reject);
  return promise;
}
