import { flag } from '../../platform/settings/parsers.ts';
import { defineSettings } from '../../platform/settings/settings.ts';

const own = defineSettings('Operator console', {
  OPERATOR_CONSOLE: {
    meaning:
      'true or false. Whether operators may use /operator and /v1/operator (docs/operator.md). The command line works either way.',
    parse: flag,
    fallback: true,
    example: 'true',
  },
});
type Own = typeof own;

declare module '../../platform/settings/settings.ts' {
  interface DeclaredSettings extends Own {}
}
