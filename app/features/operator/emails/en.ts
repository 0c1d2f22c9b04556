import type { EmailTexts } from '../../email/email.ts';
import type { operatorEmails } from '../emails.ts';

const reason = 'You receive this email because it concerns the rights of your {{product}} account.';

export const en: EmailTexts<typeof operatorEmails> = {
  phrases: {},
  emails: {
    'operator-made': {
      subject: 'You are an operator of {{product}} now',
      preheader: 'You need a second factor to use the operator console.',
      heading: 'You are an operator of {{product}} now',
      intro:
        'Since {{at}} your account may use the operator console, where you see and change the accounts of other people. Every look and every change is recorded with your name.',
      factor: 'The console needs a second factor. Set up an authenticator app or a passkey, and sign in with it.',
      button: 'Set up a second factor',
      notYou: 'If you do not work for {{product}}, answer this email: somebody has made a mistake.',
      reason,
    },
    'operator-revoked': {
      subject: 'You are no longer an operator of {{product}}',
      preheader: 'Your own account stays as it is.',
      heading: 'You are no longer an operator of {{product}}',
      intro: 'Since {{at}} your account may no longer use the operator console.',
      effect: 'Whenever you were acting in the name of a person, that has ended. Your own account stays as it is.',
      button: 'Open {{product}}',
      reason,
    },
  },
};
