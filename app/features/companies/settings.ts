import { Resolver } from 'node:dns';
import { list, SettingFault } from '../../platform/settings/parsers.ts';
import { defineSettings } from '../../platform/settings/settings.ts';

/** @throws SettingFault */
function nameservers(value: string): string[] {
  const servers = list(value);
  try {
    new Resolver().setServers(servers);
  } catch {
    throw new SettingFault('must be addresses such as 192.0.2.53 or [2001:db8::53]:53, comma-separated');
  }
  return servers;
}

const own = defineSettings('Companies', {
  DOMAIN_NAMESERVERS: {
    meaning:
      'Nameservers that are asked for the records that prove domains, comma-separated: addresses, with a port if it is not 53. Empty: those of the operating system.',
    parse: nameservers,
    fallback: [],
    example: '',
  },
});
type Own = typeof own;

declare module '../../platform/settings/settings.ts' {
  interface DeclaredSettings extends Own {}
}
