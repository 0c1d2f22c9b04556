/** The page of development that links to unsubscribe lead to. */
import type { Development } from '../../platform/development.ts';

export const development: Development<unknown, unknown> = {
  forms: [
    {
      path: '/unsubscribe',
      title: 'Unsubscribe',
      purpose: 'Stops reminders and other optional emails. Emails about your account’s security are still sent.',
      call: 'POST /v1/email-unsubscriptions',
      button: 'Unsubscribe',
      fields: [],
      token: true,
      done: 'You will not get these emails any more.',
    },
  ],
};
