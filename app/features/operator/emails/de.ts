import type { EmailTexts } from '../../email/email.ts';
import type { operatorEmails } from '../emails.ts';

const reason = 'Sie erhalten diese E-Mail, weil sie die Rechte Ihres Kontos bei {{product}} betrifft.';

export const de: EmailTexts<typeof operatorEmails> = {
  phrases: {},
  emails: {
    'operator-made': {
      subject: 'Sie sind jetzt Operator von {{product}}',
      preheader: 'Für die Operator-Konsole brauchen Sie einen zweiten Faktor.',
      heading: 'Sie sind jetzt Operator von {{product}}',
      intro:
        'Seit {{at}} darf Ihr Konto die Operator-Konsole benutzen, in der Sie Konten anderer Menschen sehen und ändern. Jeder Blick und jede Änderung wird mit Ihrem Namen aufgezeichnet.',
      factor:
        'Die Konsole verlangt einen zweiten Faktor. Richten Sie eine Authenticator-App oder einen Passkey ein, und melden Sie sich damit an.',
      button: 'Zweiten Faktor einrichten',
      notYou: 'Falls Sie nicht für {{product}} arbeiten, antworten Sie auf diese E-Mail: Dann liegt ein Irrtum vor.',
      reason,
    },
    'operator-revoked': {
      subject: 'Sie sind nicht mehr Operator von {{product}}',
      preheader: 'Ihr eigenes Konto bleibt, wie es ist.',
      heading: 'Sie sind nicht mehr Operator von {{product}}',
      intro: 'Seit {{at}} darf Ihr Konto die Operator-Konsole nicht mehr benutzen.',
      effect:
        'Falls Sie gerade im Namen eines Menschen gehandelt haben, ist das beendet. Ihr eigenes Konto bleibt, wie es ist.',
      button: '{{product}} öffnen',
      reason,
    },
  },
};
