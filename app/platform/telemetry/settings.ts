import { formerExample } from '../settings/development-values.ts';
import { dsn, headers, oneOf, share, url } from '../settings/parsers.ts';
import { defineSettings } from '../settings/settings.ts';

const own = defineSettings('Logs, traces, error reports', {
  LOG_LEVEL: {
    meaning: 'trace, debug, info, warn, error or silent.',
    parse: oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent'),
    fallback: 'info',
    example: 'info',
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    meaning:
      'The collector for traces, with OTLP over HTTP, e.g. http://localhost:4318. Empty: no traces are recorded.',
    parse: url('http:', 'https:'),
    example: '',
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    meaning: 'Headers sent with traces, e.g. the key of a hosted collector: name=value, comma-separated.',
    parse: headers,
    fallback: {},
    secret: true,
    example: '',
  },
  OTEL_TRACES_SAMPLER_ARG: {
    meaning: 'Share of traces that are recorded, 0 to 1, unless the caller decides with its traceparent.',
    parse: share,
    fallback: 0.05,
    developmentFallback: 1,
    developmentOnly: formerExample('1', 'delete the line for the default, or write 1.0 to record every trace'),
    example: '',
  },
  SENTRY_DSN: {
    meaning:
      'The DSN for reports of unexpected errors: of Sentry, or the one that npm run errors prints. Empty: only the log.',
    parse: dsn,
    secret: true,
    example: '',
  },
});
type Own = typeof own;

declare module '../settings/settings.ts' {
  interface DeclaredSettings extends Own {}
}
