/** What a process sees of its surroundings: the disk it runs on, and the certificates that its callers see. */
import './process-metrics.ts';
import { statfs } from 'node:fs/promises';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { atScrape, type Metrics } from './metrics.ts';

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

const REFRESH_MS = 3_600_000;
const TIMEOUT_MS = 5_000;

/**
 * Keeps the end of the certificates of public URLs, asked for once an hour and never by a scrape that waits.
 * @param urls endpoint -> URL; those that are not https are left out
 * @returns a function that stops it
 */
export function observeCertificates(
  metrics: Pick<Metrics, 'tls_certificate_expiry_timestamp_seconds'>,
  urls: Readonly<Record<string, string>>,
): () => void {
  const { tls_certificate_expiry_timestamp_seconds: gauge } = metrics;
  const ask = () => {
    for (const [endpoint, url] of Object.entries(urls)) {
      if (!url.startsWith('https:')) continue;
      // The last known end stays where the endpoint cannot be asked just now: it does not change by that.
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

/** When the certificate of an https URL ends, whether or not it is trusted. @throws Error when there is none to be had */
export async function certificateExpiry(url: string): Promise<Date> {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const { promise, resolve, reject } = Promise.withResolvers<Date>();
  // Nothing is sent: what is asked for is the certificate, and one that has ended must be seen as well.
  const socket = connect({
    host,
    port: Number(port || 443),
    // An address is no server name (RFC 6066, section 3); Node refuses to send one.
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
