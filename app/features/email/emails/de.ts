import type { EmailTexts, ownEmails } from '../declaration.ts';

export const de: EmailTexts<typeof ownEmails> = {
  phrases: {
    greeting: 'Guten Tag {{name}},',
    greetingNameless: 'Guten Tag,',
    unknown: 'unbekannt',
    buttonFallback: 'Falls der Knopf nicht funktioniert, öffnen Sie diese Adresse in Ihrem Browser:',
    unsubscribe: 'Erinnerungen wie diese abbestellen',
  },
  emails: {},
};
