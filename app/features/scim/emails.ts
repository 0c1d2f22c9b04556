/** The emails of SCIM. Their texts are in `emails/`. */
import { button, defineEmails, link, notes, paragraph, words } from '../email/email.ts';

export const scimEmails = defineEmails({
  'scim-token-created': {
    fields: { organization: words, token: words, url: link },
    parts: [paragraph('intro'), paragraph('effect'), button('button'), notes('notYou')],
    sample: {
      ...{ name: 'Ada Lovelace', organization: 'Analytical Engines', token: 'Okta' },
      url: 'https://app.example.com/organizations',
    },
  },
  'account-provisioned': {
    fields: { organization: words, email: words, url: link },
    parts: [paragraph('intro'), paragraph('how'), button('button'), notes('governed')],
    sample: {
      ...{ name: 'Grace Hopper', organization: 'Analytical Engines', email: 'grace@example.com' },
      url: 'https://app.example.com/sign-in',
    },
  },
});
type Own = typeof scimEmails.emails;

declare module '../email/declaration.ts' {
  interface DeclaredEmails extends Own {}
}
