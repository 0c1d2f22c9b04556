import type { EmailTexts, ownEmails } from '../declaration.ts';

export const en: EmailTexts<typeof ownEmails> = {
  phrases: {
    greeting: 'Hello {{name}},',
    greetingNameless: 'Hello,',
    unknown: 'unknown',
    buttonFallback: 'If the button does not work, open this address in your browser:',
    unsubscribe: 'Unsubscribe from reminders like this one',
  },
  emails: {},
};
