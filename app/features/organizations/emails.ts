/** The emails of organizations. Their texts are in `emails/`. */
import {
  button,
  defineEmails,
  duration,
  link,
  names,
  notes,
  paragraph,
  phraseOf,
  role,
  strangersName,
  words,
} from '../email/email.ts';

const organization = 'Analytical Engines';

export const organizationEmails = defineEmails(
  {
    invitation: {
      fields: {
        inviter: strangersName('somebody'),
        organization: strangersName('someOrganization'),
        role,
        url: link,
        expiresInDays: duration('day'),
      },
      parts: [paragraph('intro'), button('button'), notes('expiry', 'notYou')],
      sample: {
        name: null,
        inviter: 'Ada Lovelace',
        organization,
        role: 'admin',
        url: 'https://app.example.com/invitation?token=dGhpcyBpcyBub3QgYSByZWFsIHRva2Vu',
        expiresInDays: 7,
      },
    },
    'role-changed': {
      fields: { organization: words, previousRole: role, role, url: link },
      parts: [paragraph('intro'), paragraph('effect'), button('button')],
      sample: {
        name: 'Ada Lovelace',
        organization,
        previousRole: 'member',
        role: 'admin',
        url: 'https://app.example.com/organization',
      },
    },
    'owner-added': {
      fields: { organization: words, person: words, url: link },
      parts: [paragraph('intro'), paragraph('effect'), button('button'), notes('notYou')],
      sample: {
        name: 'Ada Lovelace',
        organization,
        person: 'Charles Babbage',
        url: 'https://app.example.com/organization',
      },
    },
    'owner-removed': {
      fields: { organization: words, person: words, url: link },
      parts: [paragraph('intro'), button('button'), notes('notYou')],
      sample: {
        name: 'Ada Lovelace',
        organization,
        person: 'Charles Babbage',
        url: 'https://app.example.com/organization',
      },
    },
    'api-key-created': {
      fields: { organization: words, person: words, apiKey: words, url: link },
      parts: [paragraph('intro'), paragraph('effect'), button('button'), notes('notYou')],
      sample: {
        name: 'Ada Lovelace',
        organization,
        person: 'Charles Babbage',
        apiKey: 'deploy',
        url: 'https://app.example.com/organization',
      },
    },
    'api-keys-affected': {
      fields: {
        organization: words,
        creator: words,
        keys: names,
        effect: phraseOf<'revoked' | 'reduced' | 'paused'>('keys'),
        url: link,
      },
      parts: [paragraph('intro'), paragraph('effect'), paragraph('advice'), button('button')],
      sample: {
        name: 'Ada Lovelace',
        organization,
        creator: 'Charles Babbage',
        keys: ['deploy', 'nightly import'],
        effect: 'revoked',
        url: 'https://app.example.com/organization',
      },
    },
  },
  [
    'somebody',
    'someOrganization',
    'role.owner',
    'role.admin',
    'role.member',
    'keys.revoked',
    'keys.reduced',
    'keys.paused',
  ],
);
type Own = typeof organizationEmails.emails;

declare module '../email/declaration.ts' {
  interface DeclaredEmails extends Own {}
}
