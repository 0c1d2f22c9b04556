/** The settings of the ports, apart from all others: the health check of a container reads them every ten seconds, and loads nothing else. */
import { integer } from './platform/settings/parsers.ts';

export const ports = {
  PORT: { meaning: 'Port of the public API.', parse: integer(0, 65_535), fallback: 5_000, example: '5000' },
  METRICS_PORT: {
    meaning: 'Port of /metrics; keep it internal.',
    parse: integer(0, 65_535),
    fallback: 9_464,
    example: '9464',
  },
};
