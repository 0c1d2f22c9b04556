import type { EmailTexts } from '../../email/email.ts';
import type { webhookEmails } from '../emails.ts';

const reason = 'Sie erhalten diese E-Mail, weil Sie die Webhooks von {{organization}} verwalten dürfen.';

export const de: EmailTexts<typeof webhookEmails> = {
  phrases: {},
  emails: {
    'webhook-failing': {
      subject: 'Webhooks an {{endpoint}} schlagen fehl',
      preheader: 'Wenn sich nichts ändert, senden wir ab {{disabledOn}} keine mehr.',
      heading: 'Ihre Webhooks schlagen fehl',
      intro: 'Seit {{since}} hat {{endpoint}} keinen Webhook von {{organization}} angenommen.',
      consequence: 'Wenn sich nichts ändert, schalten wir den Endpunkt am {{disabledOn}} ab.',
      button: 'Zustellungen ansehen',
      advice:
        'Die Liste der Zustellungen zeigt jede Antwort Ihres Endpunkts. Eine Testzustellung zeigt sofort, ob er wieder funktioniert.',
      reason,
    },
    'webhook-disabled': {
      subject: 'Wir senden keine Webhooks mehr an {{endpoint}}',
      preheader: 'Der Endpunkt ist abgeschaltet.',
      heading: 'Ein Webhook-Endpunkt wurde abgeschaltet',
      intro:
        'Der Endpunkt {{endpoint}} von {{organization}} ist abgeschaltet: Er hat fünf Tage lang nichts angenommen oder geantwortet, dass es ihn nicht mehr gibt.',
      consequence: 'Er erhält keine weiteren Ereignisse, bis Sie ihn wieder einschalten.',
      button: 'Endpunkt ansehen',
      advice: 'Nach dem Einschalten können Sie sich die Ereignisse der letzten Wochen noch einmal senden lassen.',
      reason,
    },
  },
};
