/** The pages of development that links in emails of accounts lead to, and those to try it out. */
import type { Development, Field, Link } from '../../platform/development.ts';
import { OF_COMPANIES } from './providers/companies.ts';
import { callbackPath } from './providers/providers.ts';
import type { ProviderSettings } from './providers/settings.ts';
import { LOCAL_CLIENT, LOCAL_NAME, localProvider } from './providers/settings.ts';

const email: Field = { name: 'email', label: 'Email address', type: 'email', autocomplete: 'email' };
const password: Field = { name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' };
const newPassword: Field = {
  ...password,
  label: 'New password',
  autocomplete: 'new-password',
  hint: '8 to 128 characters, any kind. Several unrelated words are good.',
};
const signIn: Link = { href: '/sign-in', text: 'Sign in' };
const resend: Link = { href: '/resend-verification', text: 'Resend the email' };
const askForReset: Link = { href: '/forgot-password', text: 'Request a new link' };

interface Settings {
  port: number;
  apiUrl?: string | undefined;
  smtpUrl?: string | undefined;
  identityProviders: readonly ProviderSettings[];
  localProviderPort: number;
}

const localUrl = ({ localProviderPort }: Settings) => `http://localhost:${localProviderPort}`;

export const development: Development<Settings, unknown> = {
  standIn: {
    name: 'Identity provider',
    about: 'choose a person; sign in with it at /sign-in/local',
    // Docker Compose has no such stand-in: it brings its own mail server, and no packages of development.
    isNeeded: ({ identityProviders, smtpUrl }) => identityProviders.length === 0 && smtpUrl === undefined,
    settings: (config) => ({ identityProviders: [localProvider(localUrl(config))] }),
    url: (config) =>
      config.identityProviders.some(({ issuer }) => issuer === localUrl(config)) ? localUrl(config) : undefined,
    async start(_service, config) {
      const { startLocalProvider } = await import('./providers/local-provider.ts');
      const { localProviderPort: port, apiUrl = `http://localhost:${config.port}` } = config;
      const redirectUri = `${apiUrl}${callbackPath(LOCAL_NAME)}`;
      // It is the provider of any organization, too.
      const [before, after] = `${apiUrl}${callbackPath(OF_COMPANIES)}`.split(OF_COMPANIES) as [string, string];
      const allowsRedirect = (uri: string) => uri.startsWith(`${before}${OF_COMPANIES}`) && uri.endsWith(after);
      const options = { port, ...LOCAL_CLIENT, redirectUri, allowsRedirect, anybody: true };
      return startLocalProvider(options).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EADDRINUSE') throw error;
        const other = `LOCAL_PROVIDER_PORT=${port + 1}`;
        throw new Error(
          `Port ${port} is taken by another process. Choose another with LOCAL_PROVIDER_PORT, e.g. ${other}.`,
        );
      });
    },
  },
  forms: [
    {
      path: '/register',
      title: 'Register',
      purpose: 'Creates an account. The answer is the same whether or not the address is taken. The email tells which.',
      call: 'POST /v1/users',
      button: 'Register',
      fields: [
        { name: 'name', label: 'Name', type: 'text', autocomplete: 'name', optional: true },
        email,
        { ...newPassword, label: 'Password' },
      ],
      done: 'An email was sent. Open it in the mailbox and follow its link.',
      next: signIn,
    },
    {
      path: '/verify-email',
      title: 'Confirm your address',
      purpose: 'Proves that you own the address that you registered with, or that you change to.',
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
      title: 'Resend the verification email',
      purpose: 'For a registration that has not been verified. The link in the previous email stops working.',
      call: 'POST /v1/email-verifications',
      button: 'Send the email',
      fields: [email],
      done: 'If the address has a registration that is not verified, an email was sent.',
      next: signIn,
    },
    {
      path: '/sign-in',
      title: 'Sign in',
      purpose:
        'Starts a session. The answer contains an access token for requests, and a refresh token to get the next one.',
      call: 'POST /v1/sessions',
      button: 'Sign in',
      fields: [email, password],
      done: 'You are signed in. These are your tokens; a frontend would store them now.',
      again: [{ href: '/forgot-password', text: 'Reset the password' }, resend],
    },
    {
      path: '/sign-in/local',
      title: 'Sign in with the local provider',
      purpose: 'Sends you to the identity provider of development, which asks nobody for a password.',
      call: 'POST /v1/sessions/provider/local/start',
      button: 'Continue',
      fields: [],
      follows: true,
      done: '',
    },
    {
      path: '/sign-in/provider',
      title: 'Come back from an identity provider',
      purpose: 'The callback leads here, with a code or with an error. The code works for 60 seconds, in this browser.',
      call: 'POST /v1/sessions/provider',
      button: 'Sign in',
      fields: [{ name: 'code', label: 'Code', type: 'text', autocomplete: 'off' }],
      done: 'You are signed in. These are your tokens; a frontend would store them now.',
      again: [{ href: '/sign-in/local', text: 'Start again' }, signIn],
    },
    {
      path: '/forgot-password',
      title: 'Reset a forgotten password',
      purpose: 'Sends a link by email if the address has an account. The answer does not show whether it has one.',
      call: 'POST /v1/password-resets',
      button: 'Email the link',
      fields: [email],
      done: 'If the address has an account, an email was sent. Its link works for 10 minutes.',
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
        'Reverts an email change that you did not want. Every session ends and the password stops working, since somebody else may know it.',
      call: 'POST /v1/users/me/email-changes/revert',
      button: 'Revert the change',
      fields: [],
      token: true,
      done: 'The old address is back. Every session has ended and the password no longer works: choose a new one.',
      next: { href: '/forgot-password', text: 'Choose a new password' },
    },
    {
      path: '/restore-account',
      title: 'Keep your account',
      purpose: 'Restores a deleted account, for 14 days after the deletion was requested.',
      call: 'POST /v1/users/me/restore',
      button: 'Restore the account',
      fields: [],
      token: true,
      done: 'The account is open again. Its sessions have ended; sign in as before.',
      next: signIn,
    },
  ],
};
