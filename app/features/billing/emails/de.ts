import type { EmailTexts } from '../../email/email.ts';
import type { billingEmails } from '../emails.ts';

const billingReason = 'Sie erhalten diese E-Mail, weil Sie die Abrechnung von {{organization}} verwalten.';

export const de: EmailTexts<typeof billingEmails> = {
  phrases: {
    'role.billing': 'Abrechnung',
    'interval.month': 'pro Monat',
    'interval.year': 'pro Jahr',
    nextAttempt: 'Am {{day}} versuchen wir es noch einmal.',
    noNextAttempt: 'Von selbst versuchen wir es nicht noch einmal.',
    resets: 'Die Zählung beginnt am {{day}} von vorn.',
    doesNotReset: 'Diese Grenze setzt sich nicht von selbst zurück.',
  },
  emails: {
    'trial-ending': {
      subject: 'Ihr Probezeitraum für {{plan}} endet am {{endsAt}}',
      preheader: 'Danach kostet der Tarif {{price}} {{interval}}.',
      heading: 'Ihr Probezeitraum endet bald',
      intro:
        'Der Probezeitraum von {{organization}} für {{plan}} endet am {{endsAt}}. Danach kostet der Tarif {{price}} {{interval}}.',
      action: 'Bis dahin können Sie die Zahlungsart prüfen, einen anderen Tarif wählen oder kündigen:',
      button: 'Abonnement prüfen',
      reason: billingReason,
    },
    'payment-failed': {
      subject: 'Zahlung für {{organization}} fehlgeschlagen',
      preheader: '{{amount}} konnten nicht eingezogen werden. Bitte prüfen Sie die Zahlungsart.',
      heading: 'Eine Zahlung ist fehlgeschlagen',
      intro: 'Wir konnten {{amount}} für {{organization}} nicht einziehen. {{nextAttemptAt}}',
      action: 'Bitte prüfen Sie die Zahlungsart: Vielleicht ist die Karte abgelaufen oder nicht gedeckt.',
      button: 'Zahlungsart ändern',
      consequence: 'Gelingt keine Zahlung, endet das Abonnement.',
      reason: billingReason,
    },
    'payment-action-required': {
      subject: 'Bitte bestätigen Sie eine Zahlung für {{organization}}',
      preheader: 'Ihre Bank bittet um Freigabe von {{amount}}.',
      heading: 'Ihre Bank bittet um Bestätigung',
      intro: 'Die Zahlung von {{amount}} für {{organization}} wartet: Ihre Bank möchte, dass Sie sie freigeben.',
      button: 'Zahlung bestätigen',
      consequence: 'Bevor Sie bestätigen, wird nichts abgebucht.',
      reason: billingReason,
    },
    receipt: {
      subject: 'Beleg {{invoiceNumber}}: {{amount}}',
      preheader: 'Bezahlt am {{paidAt}}. Vielen Dank.',
      heading: 'Vielen Dank für Ihre Zahlung',
      intro: 'Wir haben {{amount}} für {{organization}} erhalten.',
      invoice: 'Rechnung',
      description: 'Für',
      paidAt: 'Bezahlt am',
      amount: 'Betrag',
      button: 'Rechnung ansehen',
      reason: billingReason,
    },
    'subscription-cancelled': {
      subject: 'Ihr Abonnement {{plan}} wurde gekündigt',
      preheader: 'Sie können es bis zum {{endsAt}} nutzen.',
      heading: 'Abonnement gekündigt',
      intro:
        'Das Abonnement {{plan}} von {{organization}} wurde gekündigt. Es kann bis zum {{endsAt}} genutzt werden; berechnet wird dafür nichts mehr.',
      undo: 'Falls Sie es sich anders überlegen, können Sie jederzeit neu abonnieren:',
      button: 'Abrechnung öffnen',
      notYou:
        'Falls Sie das nicht erwartet haben, fragen Sie die anderen, die die Abrechnung von {{organization}} verwalten.',
      reason: billingReason,
    },
    'usage-limit-near': {
      subject: '{{organization}} nähert sich einer Grenze: {{meter}}',
      preheader: '{{used}} von {{limit}} verbraucht.',
      heading: 'Eine Grenze ist fast erreicht',
      intro: '{{organization}} hat {{used}} von {{limit}} verbraucht ({{meter}}). {{resetsAt}}',
      action: 'Falls Sie mehr brauchen, wählen Sie einen größeren Tarif:',
      button: 'Tarife vergleichen',
      reason: billingReason,
    },
  },
};
