/** Every form of the development pages: what it is for, what it asks, which call it makes. */

export interface Field {
  name: string;
  label: string;
  type: 'email' | 'password' | 'text';
  autocomplete: string;
  hint?: string;
  optional?: true;
}

interface Link {
  href: string;
  text: string;
}

export interface FormPage {
  path: string;
  title: string;
  /** Inline Markdown. */
  purpose: string;
  /** Method and path of the call that the button makes. */
  call: `POST /v1/${string}`;
  button: string;
  fields: readonly Field[];
  /** Whether the call takes the token of the page's address. */
  token?: true;
  /** Whether the call needs an access token: the form signs in first, with its fields `email` and `password`. */
  signsIn?: true;
  /** What to say when it worked. */
  done: string;
  next?: Link;
  /** What may help when it did not. */
  again?: readonly Link[];
}

const email: Field = { name: 'email', label: 'Email address', type: 'email', autocomplete: 'email' };
const password: Field = { name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' };
const newPassword: Field = {
  ...password,
  label: 'New password',
  autocomplete: 'new-password',
  hint: '8 to 128 characters, any kind. Several unrelated words are good.',
};
const signIn: Link = { href: '/sign-in', text: 'Sign in' };
const resend: Link = { href: '/resend-verification', text: 'Have the mail sent again' };
const askForReset: Link = { href: '/forgot-password', text: 'Ask for a new link' };

export const formPages: readonly FormPage[] = [
  {
    path: '/register',
    title: 'Register',
    purpose: 'Creates an account. The answer is the same whether or not the address is taken; the mail tells.',
    call: 'POST /v1/users',
    button: 'Register',
    fields: [
      { name: 'name', label: 'Name', type: 'text', autocomplete: 'name', optional: true },
      email,
      { ...newPassword, label: 'Password' },
    ],
    done: 'A mail is on its way. Open it in the mailbox and follow its link.',
    next: signIn,
  },
  {
    path: '/verify-email',
    title: 'Confirm your address',
    purpose: 'Proves that the address is yours: the one you registered with, or the one you change to.',
    call: 'POST /v1/email-verifications/confirm',
    button: 'Confirm the address',
    fields: [],
    token: true,
    done: 'The address is confirmed.',
    next: signIn,
    again: [resend],
  },
  {
    path: '/resend-verification',
    title: 'Send the verification mail again',
    purpose: 'For a registration that has not been verified. The link in the mail before stops working.',
    call: 'POST /v1/email-verifications',
    button: 'Send the mail',
    fields: [email],
    done: 'If the address has a registration that is not verified, a mail is on its way.',
    next: signIn,
  },
  {
    path: '/sign-in',
    title: 'Sign in',
    purpose: 'Begins a session. The answer holds an access token for calls and a refresh token for the next one.',
    call: 'POST /v1/sessions',
    button: 'Sign in',
    fields: [email, password],
    done: 'You are signed in. These are your tokens; a frontend would keep them now.',
    again: [{ href: '/forgot-password', text: 'Reset the password' }, resend],
  },
  {
    path: '/forgot-password',
    title: 'Reset a forgotten password',
    purpose: 'Mails a link, if the address has an account. The answer does not tell whether it has one.',
    call: 'POST /v1/password-resets',
    button: 'Mail the link',
    fields: [email],
    done: 'If the address has an account, a mail is on its way. Its link works for 30 minutes.',
    next: signIn,
  },
  {
    path: '/reset-password',
    title: 'Choose a new password',
    purpose: 'Sets a new password and ends every session of the account.',
    call: 'POST /v1/password-resets/confirm',
    button: 'Set the password',
    fields: [newPassword],
    token: true,
    done: 'The new password is set, and every session has ended.',
    next: signIn,
    again: [askForReset],
  },
  {
    path: '/revert-email-change',
    title: 'Take your address back',
    purpose:
      'Undoes a change of address that you did not want. Every session ends and the password stops working, since somebody else may know it.',
    call: 'POST /v1/users/me/email-changes/revert',
    button: 'Undo the change',
    fields: [],
    token: true,
    done: 'The old address is back. Every session has ended and the password no longer works: choose a new one.',
    next: { href: '/forgot-password', text: 'Choose a new password' },
  },
  {
    path: '/restore-account',
    title: 'Keep your account',
    purpose: 'Undoes the deletion of an account, for 14 days after it was asked for.',
    call: 'POST /v1/users/me/restore',
    button: 'Restore the account',
    fields: [],
    token: true,
    done: 'The account is open again. Its sessions have ended; sign in as before.',
    next: signIn,
  },
  {
    path: '/accept-invitation',
    title: 'Join an organization',
    purpose:
      'An invitation is bound to the address it was mailed to: sign in with that one. Without an account, [register](/register) first.',
    call: 'POST /v1/invitations/accept',
    button: 'Sign in and join',
    fields: [email, password],
    token: true,
    signsIn: true,
    done: 'You are a member of the organization now.',
  },
  {
    path: '/unsubscribe',
    title: 'Unsubscribe',
    purpose: 'Stops reminders and other mail that nobody needs. Mail about your account’s security still comes.',
    call: 'POST /v1/email-unsubscriptions',
    button: 'Unsubscribe',
    fields: [],
    token: true,
    done: 'No more of these mails will be sent to your address.',
  },
];
