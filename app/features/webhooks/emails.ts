/** The emails of webhooks, to those who may manage endpoints. Their texts are in `emails/`. */
import { button, day, defineEmails, link, notes, paragraph, words } from '../email/email.ts';

const sample = {
  name: 'Ada Lovelace',
  organization: 'Analytical Engines',
  endpoint: 'hooks.example.com',
  url: 'https://app.example.com/webhooks',
};

export const webhookEmails = defineEmails({
  'webhook-failing': {
    fields: { organization: words, endpoint: words, since: day, disabledOn: day, url: link },
    parts: [paragraph('intro'), paragraph('consequence'), button('button'), notes('advice')],
    sample: { ...sample, since: '2026-11-22T09:00:00Z', disabledOn: '2026-11-27T09:00:00Z' },
  },
  'webhook-disabled': {
    fields: { organization: words, endpoint: words, url: link },
    parts: [paragraph('intro'), paragraph('consequence'), button('button'), notes('advice')],
    sample,
  },
});
type Own = typeof webhookEmails.emails;

declare module '../email/declaration.ts' {
  interface DeclaredEmails extends Own {}
}
