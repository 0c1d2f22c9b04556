import type { EmailTexts } from '../../email/email.ts';
import type { billingEmails } from '../emails.ts';

const billingReason = 'You receive this email because you manage billing for {{organization}}.';

export const en: EmailTexts<typeof billingEmails> = {
  phrases: {
    'role.billing': 'Billing',
    'interval.month': 'per month',
    'interval.year': 'per year',
    nextAttempt: 'We will try again on {{day}}.',
    noNextAttempt: 'We will not try again automatically.',
    resets: 'Counting starts again on {{day}}.',
    doesNotReset: 'This limit does not reset by itself.',
    'owed.nothing': 'No invoice for it is open.',
    'owed.left':
      'An invoice of {{money}} for it is still open. We no longer try to collect it, and you can still pay it.',
  },
  emails: {
    'trial-ending': {
      subject: 'Your {{plan}} trial ends on {{endsAt}}',
      preheader: 'After that it costs {{price}} {{interval}}.',
      heading: 'Your trial is ending',
      intro:
        'The {{plan}} trial of {{organization}} ends on {{endsAt}}. After that the plan costs {{price}} {{interval}}.',
      action: 'Before then you can check the payment method, choose another plan, or cancel:',
      button: 'Review subscription',
      reason: billingReason,
    },
    'payment-failed': {
      subject: 'Payment for {{organization}} failed',
      preheader: '{{amount}} could not be collected. Please check the payment method.',
      heading: 'A payment failed',
      intro: 'We could not collect {{amount}} for {{organization}}. {{nextAttemptAt}}',
      action: 'Please check the payment method: the card may have expired or have no funds left.',
      button: 'Update payment method',
      consequence: 'If no payment succeeds, {{organization}} loses what this invoice is for.',
      reason: billingReason,
    },
    'payment-action-required': {
      subject: 'Please confirm a payment for {{organization}}',
      preheader: 'Your bank asks you to approve {{amount}}.',
      heading: 'Your bank asks for confirmation',
      intro: 'The payment of {{amount}} for {{organization}} is waiting: your bank wants you to approve it.',
      button: 'Confirm payment',
      consequence: 'Nothing is charged before you confirm.',
      reason: billingReason,
    },
    receipt: {
      subject: 'Receipt {{invoiceNumber}}: {{amount}}',
      preheader: 'Paid on {{paidAt}}. Thank you.',
      heading: 'Thank you for your payment',
      intro: 'We received {{amount}} for {{organization}}.',
      invoice: 'Invoice',
      description: 'For',
      paidAt: 'Paid on',
      amount: 'Amount',
      button: 'View invoice',
      reason: billingReason,
    },
    'subscription-cancelled': {
      subject: 'Your {{plan}} subscription was cancelled',
      preheader: 'You can use it until {{endsAt}}.',
      heading: 'Subscription cancelled',
      intro:
        'The {{plan}} subscription of {{organization}} was cancelled. It can be used until {{endsAt}}, and is not renewed. No invoice for it is open.',
      undo: 'If you change your mind, you can subscribe again at any time:',
      button: 'Open billing',
      notYou: 'If you did not expect this, ask the others who manage billing for {{organization}}.',
      reason: billingReason,
    },
    'subscription-cancelled-unpaid': {
      subject: 'Your {{plan}} subscription was cancelled, and an invoice is open',
      preheader: '{{owed}} is still to be paid.',
      heading: 'Subscription cancelled',
      intro:
        'The {{plan}} subscription of {{organization}} was cancelled. It ends on {{endsAt}} at the latest, and is not renewed.',
      owed: 'An invoice of {{owed}} for it is still open, and we keep trying to collect it. If it is not paid, the subscription ends earlier.',
      button: 'Open billing',
      notYou: 'If you did not expect this, ask the others who manage billing for {{organization}}.',
      reason: billingReason,
    },
    'subscription-ended': {
      subject: 'Your {{plan}} subscription has ended',
      preheader: '{{organization}} has the free plan now.',
      heading: 'Subscription ended',
      intro:
        'The {{plan}} subscription of {{organization}} ended on {{endsAt}}. The free plan applies since then. {{owed}}',
      undo: 'You can subscribe again at any time:',
      button: 'Open billing',
      notYou: 'If you did not expect this, ask the others who manage billing for {{organization}}.',
      reason: billingReason,
    },
    'subscription-ended-unpaid': {
      subject: 'Your {{plan}} subscription has ended: the payment failed',
      preheader: '{{organization}} has the free plan now.',
      heading: 'Subscription ended: the payment failed',
      intro:
        'We could not collect the payment for the {{plan}} subscription of {{organization}}, so the subscription ended on {{endsAt}}. The free plan applies since then. {{owed}}',
      undo: 'You can subscribe again at any time, with another payment method:',
      button: 'Open billing',
      notYou: 'If you did not expect this, ask your bank why it declined the payment.',
      reason: billingReason,
    },
    'subscription-ended-disputed': {
      subject: 'Your {{plan}} subscription has ended: a payment was disputed',
      preheader: '{{organization}} has the free plan now.',
      heading: 'Subscription ended: a payment was disputed',
      intro:
        'A payment for the {{plan}} subscription of {{organization}} was disputed at the bank, so the subscription ended on {{endsAt}}. The free plan applies since then. {{owed}}',
      undo: 'If the dispute was a mistake, you can subscribe again:',
      button: 'Open billing',
      notYou: 'If you did not expect this, ask the others who manage billing for {{organization}}.',
      reason: billingReason,
    },
    'subscription-not-started': {
      subject: 'Your {{plan}} subscription did not start',
      preheader: 'Its first payment was not completed.',
      heading: 'Subscription not started',
      intro:
        'The first payment for the {{plan}} subscription of {{organization}} was not completed in time. So the subscription did not start, and nothing was charged for it.',
      undo: 'You can subscribe again at any time:',
      button: 'Open billing',
      reason: billingReason,
    },
    'usage-limit-near': {
      subject: '{{organization}} is close to a limit: {{meter}}',
      preheader: '{{used}} of {{limit}} used.',
      heading: 'Close to a limit',
      intro: '{{organization}} has used {{used}} of {{limit}} ({{meter}}). {{resetsAt}}',
      action: 'If you need more, choose a larger plan:',
      button: 'Compare plans',
      reason: billingReason,
    },
  },
};
