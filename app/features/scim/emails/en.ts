import type { EmailTexts } from '../../email/email.ts';
import type { scimEmails } from '../emails.ts';

export const en: EmailTexts<typeof scimEmails> = {
  phrases: {},
  emails: {
    'scim-token-created': {
      subject: 'A directory can now manage the members of {{organization}}',
      preheader: 'A SCIM token was created.',
      heading: 'A SCIM token was created',
      intro: 'The SCIM token {{token}} was created for {{organization}}.',
      effect:
        'Whoever has it can invite and remove members, and close accounts with addresses of the domains that {{organization}} has verified.',
      button: 'See the tokens',
      notYou: 'If no owner of {{organization}} made it, delete it now: it stops working at once.',
      reason: 'You receive this email because you are an owner of {{organization}}.',
    },
    'account-provisioned': {
      subject: 'Your account for {{organization}} is ready',
      preheader: '{{organization}} has set up an account for you.',
      heading: 'Your account is ready',
      intro: '{{organization}} has set up an account for you, with the address {{email}}.',
      how: 'Sign in as your company does. If you want a password of your own, choose “forgot password” on the page.',
      button: 'Sign in',
      governed: 'The account belongs to an address of {{organization}}, which can close it.',
      reason: 'You receive this email because {{organization}} manages the accounts of its addresses.',
    },
  },
};
