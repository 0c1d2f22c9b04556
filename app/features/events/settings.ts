import { integer } from '../../platform/settings/parsers.ts';
import { defineSettings } from '../../platform/settings/settings.ts';

const own = defineSettings('Events', {
  EVENT_RETENTION_DAYS: {
    meaning: 'How long events of organizations and their deliveries are kept, in days.',
    parse: integer(7, 365),
    fallback: 30,
    example: '30',
  },
});
type Own = typeof own;

declare module '../../platform/settings/settings.ts' {
  interface DeclaredSettings extends Own {}
}
