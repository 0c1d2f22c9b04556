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
    'owner-added': {
      subject: '{{organization}} has a new owner',
      preheader: '{{person}} is now an owner.',
      heading: 'A new owner',
      intro: '{{person}} is now an owner of {{organization}}.',
      effect: 'Owners may do everything, including removing other owners and deleting the organization.',
      button: 'Open organization',
      notYou:
        'If no owner wanted this, remove the person, and choose a new password: your account may be in use by someone else.',
      reason: 'You receive this email because you are an owner of {{organization}}.',
    },
    'owner-removed': {
      subject: '{{organization}} has lost an owner',
      preheader: '{{person}} is no longer an owner.',
      heading: 'An owner was removed',
      intro: '{{person}} is no longer an owner of {{organization}}.',
      button: 'Open organization',
      notYou:
        'If this is a mistake, another owner can undo it. If you made this change without knowing of it, choose a new password: your account may be in use by someone else.',
      reason: 'You receive this email because you are, or were, an owner of {{organization}}.',
    },
    'api-key-created': {
      subject: '{{organization}} has a new API key',
      preheader: '{{person}} created “{{apiKey}}”.',
      heading: 'A new API key',
      intro: '{{person}} created the API key “{{apiKey}}” for {{organization}}.',
      effect: 'A key works without a password, until it expires or is revoked.',
      button: 'Open organization',
      notYou:
        'If nobody wanted this, revoke the key. If you are named here and did not create it, choose a new password.',
      reason: 'You receive this email because you are an owner of {{organization}}.',
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
