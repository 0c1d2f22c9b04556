import type { EmailTexts } from '../../email/email.ts';
import type { companyEmails } from '../emails.ts';

const reason = 'Sie erhalten diese E-Mail, weil Ihnen {{organization}} gehört.';

export const de: EmailTexts<typeof companyEmails> = {
  phrases: {
    'domainLost.removed': 'Jemand, dem die Organisation gehört, hat sie entfernt.',
    'domainLost.missing': 'Ihr DNS-Eintrag war fünf Tage lang nicht zu finden.',
    'domainLost.released': 'Wir haben sie auf Anweisung des Betriebs dieses Dienstes freigegeben.',
  },
  emails: {
    'domain-verified': {
      subject: '{{domain}} ist jetzt eine Domain von {{organization}}',
      preheader: 'Die Domain wurde bestätigt.',
      heading: 'Eine Domain wurde bestätigt',
      intro: '{{organization}} hat nachgewiesen, dass die Domain {{domain}} ihr untersteht.',
      effect:
        'Wem die Organisation gehört, kann jetzt entscheiden, wie sich Personen mit einer Adresse bei {{domain}} anmelden.',
      button: 'Organisation ansehen',
      notYou:
        'Wenn das niemand von Ihnen war, benutzt vielleicht jemand Fremdes eines Ihrer Konten: Ändern Sie sofort dessen Passwort.',
      reason,
    },
    'domain-record-missing': {
      subject: 'Der DNS-Eintrag von {{domain}} fehlt',
      preheader: 'Wenn sich nichts ändert, gilt die Domain ab {{lostOn}} nicht mehr als bestätigt.',
      heading: 'Ein DNS-Eintrag fehlt',
      intro:
        'Der TXT-Eintrag {{recordName}}, der nachweist, dass {{domain}} zu {{organization}} gehört, war nicht zu finden.',
      consequence:
        'Wenn er nicht zurückkommt, gilt die Domain ab {{lostOn}} nicht mehr als bestätigt, und Personen mit einer Adresse bei {{domain}} melden sich nicht mehr über {{organization}} an.',
      button: 'Eintrag ansehen',
      advice:
        'Bitten Sie die Verantwortlichen für das DNS von {{domain}}, den Eintrag wiederherzustellen. Er muss bleiben.',
      reason,
    },
    'organization-policy-changed': {
      subject: 'Die Richtlinie von {{organization}} wurde geändert',
      preheader: 'Die Organisation verlangt von ihren Mitgliedern jetzt etwas anderes.',
      heading: 'Die Richtlinie wurde geändert',
      intro:
        'Jemand, dem {{organization}} gehört, hat geändert, was sie von ihren Mitgliedern verlangt: einen zweiten Faktor, wie oft sie sich anmelden, oder wer einladen darf.',
      button: 'Organisation ansehen',
      notYou:
        'Wenn das niemand von Ihnen war, benutzt vielleicht jemand Fremdes eines Ihrer Konten: Ändern Sie sofort dessen Passwort.',
      reason,
    },
    'company-sign-in-changed': {
      subject: 'Die Anmeldung von {{organization}} wurde geändert',
      preheader: 'Der Identitätsanbieter der Organisation ist jetzt ein anderer.',
      heading: 'Die Anmeldung Ihrer Organisation wurde geändert',
      intro:
        'Jemand, dem {{organization}} gehört, hat den Identitätsanbieter geändert oder entfernt, mit dem sich Personen von {{organization}} anmelden.',
      button: 'Organisation ansehen',
      notYou:
        'Wenn das niemand von Ihnen war, benutzt vielleicht jemand Fremdes eines Ihrer Konten: Ändern Sie sofort dessen Passwort.',
      reason,
    },
    'domain-lost': {
      subject: '{{domain}} ist keine bestätigte Domain von {{organization}} mehr',
      preheader: 'Die Domain gilt nicht mehr als bestätigt.',
      heading: 'Eine Domain gilt nicht mehr als bestätigt',
      intro: '{{domain}} ist keine bestätigte Domain von {{organization}} mehr. {{reason}}',
      effect:
        'Personen mit einer Adresse bei {{domain}} melden sich an wie alle anderen. Ihre Mitgliedschaften bleiben.',
      button: 'Organisation ansehen',
      reason,
    },
  },
};
