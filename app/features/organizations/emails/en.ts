import type { EmailTexts } from '../../email/email.ts';
import type { organizationEmails } from '../emails.ts';

export const en: EmailTexts<typeof organizationEmails> = {
  phrases: {
    somebody: 'Somebody',
    someOrganization: 'an organization',
    'role.owner': 'Owner',
    'role.admin': 'Admin',
    'role.member': 'Member',
    'keys.revoked': 'This person is no longer a member, so the keys were revoked and no longer work.',
    'keys.reduced':
      'This person has another role now, and an API key never allows more than its creator’s role. So the keys allow less than before.',
    'keys.paused': 'The account of this person was closed. As long as it is closed, the keys do not work.',
  },
  emails: {
    invitation: {
      subject: '{{inviter}} invites you to {{organization}}',
      preheader: 'Join {{organization}} on {{product}}. The invitation is valid for {{expiresInDays}}.',
      heading: 'You are invited',
      intro: '{{inviter}} invites you to join {{organization}} on {{product}}, in the role “{{role}}”.',
      button: 'See the invitation',
      expiry: 'The invitation is valid for {{expiresInDays}}, and only for this email address.',
      notYou: 'If you did not expect it, ignore this email. You join nothing unless you accept.',
      reason: 'You receive this email because {{inviter}} entered this address to invite you.',
    },
    'role-changed': {
      subject: 'Your role in {{organization}} was changed',
      preheader: 'You are now “{{role}}”.',
      heading: 'Your role was changed',
      intro: 'Your role in {{organization}} is now “{{role}}”; it was “{{previousRole}}”.',
      effect: 'This takes effect at once. If you have questions, ask an owner of the organization.',
      button: 'Open organization',
      reason: 'You receive this email because you are a member of {{organization}}.',
    },
    'api-keys-affected': {
      subject: 'API keys of {{organization}} do not work as before',
      preheader: 'Keys that {{creator}} created: {{keys}}.',
      heading: 'Check your API keys',
      intro: '{{creator}} created these API keys of {{organization}}: {{keys}}.',
      effect: '{{effect}}',
      advice:
        'If a program needs one of them, an administrator can take over a key that is not revoked, or create a new one.',
      button: 'Open organization',
      reason: 'You receive this email because you are an owner of {{organization}}.',
    },
  },
};
