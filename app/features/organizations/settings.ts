import { flag } from '../../platform/settings/parsers.ts';
import { defineSettings } from '../../platform/settings/settings.ts';

const own = defineSettings('Organizations', {
  RECENT_SIGN_IN_FOR_KEYS_AND_OWNERSHIP: {
    meaning:
      'true or false. Whether creating and rotating API keys and changing owners need a proof of identity that is younger than RECENT_SIGN_IN_MINUTES. API keys are exempt.',
    parse: flag,
    fallback: true,
    example: 'true',
  },
});
type Own = typeof own;

declare module '../../platform/settings/settings.ts' {
  interface DeclaredSettings extends Own {}
}
