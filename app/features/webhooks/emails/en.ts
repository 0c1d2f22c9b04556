import type { EmailTexts } from '../../email/email.ts';
import type { webhookEmails } from '../emails.ts';

const reason = 'You receive this email because you may manage the webhooks of {{organization}}.';

export const en: EmailTexts<typeof webhookEmails> = {
  phrases: {},
  emails: {
    'webhook-failing': {
      subject: 'Webhooks to {{endpoint}} are failing',
      preheader: 'If nothing changes, we stop sending them on {{disabledOn}}.',
      heading: 'Your webhooks are failing',
      intro: 'Since {{since}}, {{endpoint}} has accepted no webhook of {{organization}}.',
      consequence: 'If nothing changes, we disable the endpoint on {{disabledOn}}.',
      button: 'See the deliveries',
      advice:
        'The list of deliveries shows each answer of your endpoint. A test delivery shows at once whether it works again.',
      reason,
    },
    'webhook-disabled': {
      subject: 'We no longer send webhooks to {{endpoint}}',
      preheader: 'The endpoint is disabled.',
      heading: 'A webhook endpoint was disabled',
      intro:
        'The endpoint {{endpoint}} of {{organization}} is disabled: it accepted nothing for five days, or answered that it is gone.',
      consequence: 'It receives no further events until you enable it again.',
      button: 'See the endpoint',
      advice: 'After you enable it again, you can have the events of the last weeks sent once more.',
      reason,
    },
  },
};
