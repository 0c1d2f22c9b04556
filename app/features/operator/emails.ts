/** The emails to operators. Their texts are in `emails/`. */
import { button, defineEmails, link, moment, notes, paragraph } from '../email/email.ts';

const name = 'Ada Lovelace';
const at = '2026-11-22T09:41:00Z';

export const operatorEmails = defineEmails({
  'operator-made': {
    fields: { at: moment, url: link },
    parts: [paragraph('intro'), paragraph('factor'), button('button'), notes('notYou')],
    sample: { name, at, url: 'https://app.example.com/sign-in?next=/account/security' },
  },
  'operator-revoked': {
    fields: { at: moment, url: link },
    parts: [paragraph('intro'), paragraph('effect'), button('button')],
    sample: { name, at, url: 'https://app.example.com/organizations' },
  },
});
type Own = typeof operatorEmails.emails;

declare module '../email/declaration.ts' {
  interface DeclaredEmails extends Own {}
}
