/** The emails of companies, to the owners of an organization. Their texts are in `emails/`. */
import { button, day, defineEmails, link, notes, paragraph, phraseOf, words } from '../email/email.ts';

const sample = {
  name: 'Ada Lovelace',
  organization: 'Analytical Engines',
  domain: 'engines.example',
  url: 'https://app.example.com/organization',
};

export const companyEmails = defineEmails(
  {
    'domain-verified': {
      fields: { organization: words, domain: words, url: link },
      parts: [paragraph('intro'), paragraph('effect'), button('button'), notes('notYou')],
      sample,
    },
    'domain-record-missing': {
      fields: { organization: words, domain: words, recordName: words, lostOn: day, url: link },
      parts: [paragraph('intro'), paragraph('consequence'), button('button'), notes('advice')],
      sample: { ...sample, recordName: '_plinth-challenge.engines.example', lostOn: '2026-11-27T09:00:00Z' },
    },
    'organization-policy-changed': {
      fields: { organization: words, url: link },
      parts: [paragraph('intro'), button('button'), notes('notYou')],
      sample: { name: sample.name, organization: sample.organization, url: sample.url },
    },
    'company-sign-in-changed': {
      fields: { organization: words, url: link },
      parts: [paragraph('intro'), button('button'), notes('notYou')],
      sample: { name: sample.name, organization: sample.organization, url: sample.url },
    },
    'domain-lost': {
      fields: {
        organization: words,
        domain: words,
        reason: phraseOf<'removed' | 'missing' | 'released'>('domainLost'),
        url: link,
      },
      parts: [paragraph('intro'), paragraph('effect'), button('button')],
      sample: { ...sample, reason: 'missing' },
    },
  },
  ['domainLost.removed', 'domainLost.missing', 'domainLost.released'],
);
type Own = typeof companyEmails.emails;

declare module '../email/declaration.ts' {
  interface DeclaredEmails extends Own {}
}
