import { integer, list, SettingFault, url } from '../../platform/settings/parsers.ts';
import { defineSettings } from '../../platform/settings/settings.ts';

/** @throws SettingFault */
function ports(value: string): number[] {
  return list(value).map((text) => {
    const port = Number(text);
    if (!/^\d+$/.test(text) || port < 1 || port > 65_535) throw new SettingFault('must be ports, comma-separated');
    return port;
  });
}

const own = defineSettings('Webhooks', {
  WEBHOOK_PORTS: {
    meaning: 'Ports that webhooks may be sent to, comma-separated.',
    parse: ports,
    fallback: [443],
    example: '443',
  },
  WEBHOOK_PROXY_URL: {
    meaning: 'Egress proxy that all webhooks go through. It must refuse private addresses itself. Empty: none.',
    parse: url('http:', 'https:'),
    secret: true,
    example: '',
  },
  WEBHOOK_TIMEOUT_SECONDS: {
    meaning: 'How long one attempt to deliver a webhook may take, in seconds.',
    parse: integer(1, 60),
    fallback: 15,
    example: '15',
  },
  WEBHOOK_CONCURRENCY: {
    meaning: 'Endpoints that one worker sends webhooks to at a time. Those that answer slowly do not count.',
    parse: integer(1, 2_000),
    fallback: 200,
    example: '200',
  },
});
type Own = typeof own;

declare module '../../platform/settings/settings.ts' {
  interface DeclaredSettings extends Own {}
}
