/** The page of development that links in invitations lead to. */
import type { Development } from '../../platform/development.ts';

export const development: Development<unknown, unknown> = {
  forms: [
    {
      path: '/accept-invitation',
      title: 'Join an organization',
      purpose:
        'An invitation is bound to the address that received it. Sign in with that address. Without an account, [register](/register) first.',
      call: 'POST /v1/invitations/accept',
      button: 'Sign in and join',
      fields: [
        { name: 'email', label: 'Email address', type: 'email', autocomplete: 'email' },
        { name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' },
      ],
      token: true,
      signsIn: true,
      done: 'You are a member of the organization now.',
    },
  ],
};
