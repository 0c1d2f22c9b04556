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
    'owed.nothing': 'Dafür ist keine Rechnung offen.',
    'owed.left':
      'Dafür ist noch eine Rechnung über {{money}} offen. Wir ziehen sie nicht mehr ein; Sie können sie weiterhin bezahlen.',
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
      consequence: 'Gelingt keine Zahlung, verliert {{organization}}, wofür diese Rechnung ist.',
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
        'Das Abonnement {{plan}} von {{organization}} wurde gekündigt. Es kann bis zum {{endsAt}} genutzt werden und verlängert sich nicht. Dafür ist keine Rechnung offen.',
      undo: 'Falls Sie es sich anders überlegen, können Sie jederzeit neu abonnieren:',
      button: 'Abrechnung öffnen',
      notYou:
        'Falls Sie das nicht erwartet haben, fragen Sie die anderen, die die Abrechnung von {{organization}} verwalten.',
      reason: billingReason,
    },
    'subscription-cancelled-unpaid': {
      subject: 'Ihr Abonnement {{plan}} wurde gekündigt, und eine Rechnung ist offen',
      preheader: '{{owed}} sind noch zu bezahlen.',
      heading: 'Abonnement gekündigt',
      intro:
        'Das Abonnement {{plan}} von {{organization}} wurde gekündigt. Es endet spätestens am {{endsAt}} und verlängert sich nicht.',
      owed: 'Dafür ist noch eine Rechnung über {{owed}} offen, die wir weiter einzuziehen versuchen. Wird sie nicht bezahlt, endet das Abonnement früher.',
      button: 'Abrechnung öffnen',
      notYou:
        'Falls Sie das nicht erwartet haben, fragen Sie die anderen, die die Abrechnung von {{organization}} verwalten.',
      reason: billingReason,
    },
    'subscription-ended': {
      subject: 'Ihr Abonnement {{plan}} ist beendet',
      preheader: 'Für {{organization}} gilt jetzt der kostenlose Tarif.',
      heading: 'Abonnement beendet',
      intro:
        'Das Abonnement {{plan}} von {{organization}} endete am {{endsAt}}. Seitdem gilt der kostenlose Tarif. {{owed}}',
      undo: 'Sie können jederzeit neu abonnieren:',
      button: 'Abrechnung öffnen',
      notYou:
        'Falls Sie das nicht erwartet haben, fragen Sie die anderen, die die Abrechnung von {{organization}} verwalten.',
      reason: billingReason,
    },
    'subscription-ended-unpaid': {
      subject: 'Ihr Abonnement {{plan}} ist beendet: Zahlung fehlgeschlagen',
      preheader: 'Für {{organization}} gilt jetzt der kostenlose Tarif.',
      heading: 'Abonnement beendet: Zahlung fehlgeschlagen',
      intro:
        'Wir konnten die Zahlung für das Abonnement {{plan}} von {{organization}} nicht einziehen. Deshalb endete es am {{endsAt}}. Seitdem gilt der kostenlose Tarif. {{owed}}',
      undo: 'Sie können jederzeit neu abonnieren, mit einer anderen Zahlungsart:',
      button: 'Abrechnung öffnen',
      notYou: 'Falls Sie das nicht erwartet haben, fragen Sie Ihre Bank, warum sie die Zahlung abgelehnt hat.',
      reason: billingReason,
    },
    'subscription-ended-disputed': {
      subject: 'Ihr Abonnement {{plan}} ist beendet: Zahlung angefochten',
      preheader: 'Für {{organization}} gilt jetzt der kostenlose Tarif.',
      heading: 'Abonnement beendet: Zahlung angefochten',
      intro:
        'Eine Zahlung für das Abonnement {{plan}} von {{organization}} wurde bei der Bank angefochten. Deshalb endete es am {{endsAt}}. Seitdem gilt der kostenlose Tarif. {{owed}}',
      undo: 'Falls die Anfechtung ein Versehen war, können Sie neu abonnieren:',
      button: 'Abrechnung öffnen',
      notYou:
        'Falls Sie das nicht erwartet haben, fragen Sie die anderen, die die Abrechnung von {{organization}} verwalten.',
      reason: billingReason,
    },
    'subscription-not-started': {
      subject: 'Ihr Abonnement {{plan}} hat nicht begonnen',
      preheader: 'Die erste Zahlung wurde nicht abgeschlossen.',
      heading: 'Abonnement nicht begonnen',
      intro:
        'Die erste Zahlung für das Abonnement {{plan}} von {{organization}} wurde nicht rechtzeitig abgeschlossen. Deshalb hat es nicht begonnen, und es wurde dafür nichts abgebucht.',
      undo: 'Sie können jederzeit neu abonnieren:',
      button: 'Abrechnung öffnen',
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
