import type { EmailTexts } from '../../email/email.ts';
import type { scimEmails } from '../emails.ts';

export const de: EmailTexts<typeof scimEmails> = {
  phrases: {},
  emails: {
    'scim-token-created': {
      subject: 'Ein Verzeichnis kann jetzt die Mitglieder von {{organization}} verwalten',
      preheader: 'Ein SCIM-Token wurde erstellt.',
      heading: 'Ein SCIM-Token wurde erstellt',
      intro: 'Für {{organization}} wurde der SCIM-Token {{token}} erstellt.',
      effect:
        'Wer ihn hat, kann Mitglieder einladen und entfernen, und Konten mit Adressen der Domains schließen, die {{organization}} bestätigt hat.',
      button: 'Token ansehen',
      notYou:
        'Wenn ihn niemand von {{organization}} erstellt hat, löschen Sie ihn jetzt: Er gilt dann sofort nicht mehr.',
      reason: 'Sie erhalten diese E-Mail, weil {{organization}} Ihnen gehört.',
    },
    'account-provisioned': {
      subject: 'Ihr Konto für {{organization}} ist eingerichtet',
      preheader: '{{organization}} hat ein Konto für Sie eingerichtet.',
      heading: 'Ihr Konto ist eingerichtet',
      intro: '{{organization}} hat ein Konto für Sie eingerichtet, mit der Adresse {{email}}.',
      how: 'Melden Sie sich so an, wie es in Ihrer Firma üblich ist. Wenn Sie ein eigenes Passwort möchten, wählen Sie auf der Seite „Passwort vergessen“.',
      button: 'Anmelden',
      governed: 'Das Konto gehört zu einer Adresse von {{organization}}. {{organization}} kann es schließen.',
      reason: 'Sie erhalten diese E-Mail, weil {{organization}} die Konten der eigenen Adressen verwaltet.',
    },
  },
};
