import type { EmailTexts } from '../../email/email.ts';
import type { companyEmails } from '../emails.ts';

const reason = 'You receive this email because you are an owner of {{organization}}.';

export const en: EmailTexts<typeof companyEmails> = {
  phrases: {
    'domainLost.removed': 'An owner has removed it.',
    'domainLost.missing': 'Its DNS record was not found for five days.',
    'domainLost.released': 'We have released it, as an operator of this service asked us to.',
  },
  emails: {
    'domain-verified': {
      subject: '{{domain}} is now a domain of {{organization}}',
      preheader: 'The domain was verified.',
      heading: 'A domain was verified',
      intro: '{{organization}} has proven that it controls the domain {{domain}}.',
      effect: 'Owners can now decide how people with an address at {{domain}} sign in.',
      button: 'See the organization',
      notYou: 'If none of the owners did this, somebody may be using the account of one: change its password at once.',
      reason,
    },
    'domain-record-missing': {
      subject: 'The DNS record of {{domain}} is missing',
      preheader: 'If nothing changes, the domain is no longer verified from {{lostOn}} on.',
      heading: 'A DNS record is missing',
      intro: 'The TXT record {{recordName}}, which proves that {{domain}} belongs to {{organization}}, was not found.',
      consequence:
        'If it does not come back, the domain is no longer verified from {{lostOn}} on, and people with an address at {{domain}} no longer sign in by way of {{organization}}.',
      button: 'See the record',
      advice: 'Ask those who manage the DNS of {{domain}} to restore the record. It must stay.',
      reason,
    },
    'organization-policy-changed': {
      subject: 'The policy of {{organization}} has changed',
      preheader: 'What the organization requires of its members is different now.',
      heading: 'The policy has changed',
      intro:
        'An owner has changed what {{organization}} requires of its members: a second factor, how often they sign in, or who may invite.',
      button: 'See the organization',
      notYou: 'If none of the owners did this, somebody may be using the account of one: change its password at once.',
      reason,
    },
    'company-sign-in-changed': {
      subject: 'The sign-in of {{organization}} has changed',
      preheader: 'The identity provider of the organization is different now.',
      heading: 'The sign-in of your organization has changed',
      intro: 'An owner has changed or removed the identity provider with which people of {{organization}} sign in.',
      button: 'See the organization',
      notYou: 'If none of the owners did this, somebody may be using the account of one: change its password at once.',
      reason,
    },
    'domain-lost': {
      subject: '{{domain}} is no longer a verified domain of {{organization}}',
      preheader: 'The domain is no longer verified.',
      heading: 'A domain is no longer verified',
      intro: '{{domain}} is no longer a verified domain of {{organization}}. {{reason}}',
      effect: 'People with an address at {{domain}} sign in as everybody does. Their memberships stay.',
      button: 'See the organization',
      reason,
    },
  },
};
