import type { EmailTexts } from '../../email/email.ts';
import type { organizationEmails } from '../emails.ts';

export const de: EmailTexts<typeof organizationEmails> = {
  phrases: {
    somebody: 'Jemand',
    someOrganization: 'einer Organisation',
    'role.owner': 'Inhaber',
    'role.admin': 'Administrator',
    'role.member': 'Mitglied',
    'keys.revoked':
      'Diese Person ist nicht mehr Mitglied. Die Schlüssel wurden widerrufen und funktionieren nicht mehr.',
    'keys.reduced':
      'Diese Person hat jetzt eine andere Rolle, und ein API-Schlüssel erlaubt nie mehr als die Rolle der Person, die ihn angelegt hat. Die Schlüssel erlauben deshalb weniger als bisher.',
    'keys.paused':
      'Das Konto dieser Person wurde geschlossen. Solange es geschlossen ist, funktionieren die Schlüssel nicht.',
  },
  emails: {
    invitation: {
      subject: '{{inviter}} lädt Sie zu {{organization}} ein',
      preheader: 'Treten Sie {{organization}} bei {{product}} bei. Die Einladung gilt {{expiresInDays}}.',
      heading: 'Sie sind eingeladen',
      intro: '{{inviter}} lädt Sie ein, {{organization}} bei {{product}} beizutreten, in der Rolle „{{role}}“.',
      button: 'Einladung ansehen',
      expiry: 'Die Einladung gilt {{expiresInDays}} und nur für diese E-Mail-Adresse.',
      notYou:
        'Falls Sie sie nicht erwartet haben, ignorieren Sie diese E-Mail. Ohne Ihre Zustimmung treten Sie nirgends bei.',
      reason: 'Sie erhalten diese E-Mail, weil {{inviter}} diese Adresse angegeben hat, um Sie einzuladen.',
    },
    'role-changed': {
      subject: 'Ihre Rolle in {{organization}} wurde geändert',
      preheader: 'Ihre neue Rolle: „{{role}}“.',
      heading: 'Ihre Rolle wurde geändert',
      intro: 'Ihre Rolle in {{organization}} ist jetzt „{{role}}“; bisher war sie „{{previousRole}}“.',
      effect: 'Das gilt ab sofort. Fragen beantwortet ein Inhaber der Organisation.',
      button: 'Organisation öffnen',
      reason: 'Sie erhalten diese E-Mail, weil Sie Mitglied von {{organization}} sind.',
    },
    'owner-added': {
      subject: '{{organization}} hat einen neuen Inhaber',
      preheader: '{{person}} ist jetzt Inhaber.',
      heading: 'Ein neuer Inhaber',
      intro: '{{person}} ist jetzt Inhaber von {{organization}}.',
      effect: 'Inhaber dürfen alles, auch andere Inhaber entfernen und die Organisation löschen.',
      button: 'Organisation öffnen',
      notYou:
        'Falls kein Inhaber das wollte, entfernen Sie die Person und wählen Sie ein neues Passwort: Vielleicht benutzt jemand anderes Ihr Konto.',
      reason: 'Sie erhalten diese E-Mail, weil Sie Inhaber von {{organization}} sind.',
    },
    'owner-removed': {
      subject: '{{organization}} hat einen Inhaber weniger',
      preheader: '{{person}} ist nicht mehr Inhaber.',
      heading: 'Ein Inhaber wurde entfernt',
      intro: '{{person}} ist nicht mehr Inhaber von {{organization}}.',
      button: 'Organisation öffnen',
      notYou:
        'Falls das ein Irrtum ist, kann ein anderer Inhaber es rückgängig machen. Falls die Änderung von Ihrem Konto kam und Sie nichts davon wissen, wählen Sie ein neues Passwort: Vielleicht benutzt jemand anderes Ihr Konto.',
      reason: 'Sie erhalten diese E-Mail, weil Sie Inhaber von {{organization}} sind oder waren.',
    },
    'api-key-created': {
      subject: '{{organization}} hat einen neuen API-Schlüssel',
      preheader: '{{person}} hat „{{apiKey}}“ angelegt.',
      heading: 'Ein neuer API-Schlüssel',
      intro: '{{person}} hat für {{organization}} den API-Schlüssel „{{apiKey}}“ angelegt.',
      effect: 'Ein Schlüssel funktioniert ohne Passwort, bis er abläuft oder widerrufen wird.',
      button: 'Organisation öffnen',
      notYou:
        'Falls niemand das wollte, widerrufen Sie den Schlüssel. Falls Sie hier genannt sind und ihn nicht angelegt haben, wählen Sie ein neues Passwort.',
      reason: 'Sie erhalten diese E-Mail, weil Sie Inhaber von {{organization}} sind.',
    },
    'api-keys-affected': {
      subject: 'API-Schlüssel von {{organization}} funktionieren nicht wie bisher',
      preheader: 'Schlüssel, die {{creator}} angelegt hat: {{keys}}.',
      heading: 'Prüfen Sie Ihre API-Schlüssel',
      intro: '{{creator}} hat diese API-Schlüssel von {{organization}} angelegt: {{keys}}.',
      effect: '{{effect}}',
      advice:
        'Wenn ein Programm einen davon braucht, kann ein Administrator einen nicht widerrufenen Schlüssel übernehmen oder einen neuen anlegen.',
      button: 'Organisation öffnen',
      reason: 'Sie erhalten diese E-Mail, weil Sie Inhaber von {{organization}} sind.',
    },
  },
};
