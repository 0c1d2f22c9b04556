/** Every address of the app. Links in emails lead to those without an organization. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { Shell } from './shell.tsx';
import { Broken, NotFound, Waiting } from './ui/page.tsx';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound, errorComponent: Broken });

/** `?token=…` of a link; `next` is where to go on after signing in. */
interface Search {
  token?: string;
  next?: string;
  paid?: string;
  /** Of an identity provider. */
  code?: string;
  error?: string;
  returnTo?: string;
  /** Of an organization: where its people sign in. */
  provider?: string;
  /** What became of a test run with a provider. */
  test?: string;
}

const NAMES = ['token', 'next', 'paid', 'code', 'error', 'returnTo', 'provider', 'test'] as const;
const text = (value: unknown) => (value === undefined || value === '' ? undefined : String(value));

function page<Path extends string, Module extends Record<string, unknown>>(
  path: Path,
  load: () => Promise<Module>,
  name: keyof Module & string,
) {
  return createRoute({
    getParentRoute: () => root,
    path,
    component: lazyRouteComponent(load as () => Promise<Record<string, never>>, name),
    validateSearch: (search: Record<string, unknown>): Search => ({
      ...Object.fromEntries(NAMES.flatMap((name) => (text(search[name]) ? [[name, text(search[name])]] : []))),
    }),
  });
}

const entry = () => import('./pages/entry.tsx');
const links = () => import('./pages/links.tsx');
const emailLink = () => import('./pages/email-link.tsx');
const account = () => import('./pages/account.tsx');
const security = () => import('./pages/security/security.tsx');
const provider = () => import('./pages/provider-return.tsx');
const organizations = () => import('./pages/organizations.tsx');
const members = () => import('./pages/members.tsx');
const billing = () => import('./pages/billing.tsx');
const webhooks = () => import('./pages/webhooks.tsx');
const toConsole = () => import('./pages/to-console.tsx');
const auditLog = () => import('./pages/audit-log.tsx');
const keys = () => import('./pages/api-keys.tsx');
const companySignIn = () => import('./pages/company/sign-in.tsx');
const directory = () => import('./pages/company/directory.tsx');
const policy = () => import('./pages/company/policy.tsx');

const routes = [
  page('/', organizations, 'Home'),
  page('/sign-in', entry, 'SignIn'),
  page('/sign-in/email-link', emailLink, 'EmailLink'),
  page('/sign-in/provider', provider, 'ProviderReturn'),
  page('/register', entry, 'Register'),
  page('/resend-verification', entry, 'ResendVerification'),
  page('/forgot-password', entry, 'ForgotPassword'),
  page('/verify-email', links, 'VerifyEmail'),
  page('/reset-password', links, 'ResetPassword'),
  page('/revert-email-change', links, 'RevertEmailChange'),
  page('/restore-account', links, 'RestoreAccount'),
  page('/accept-invitation', links, 'AcceptInvitation'),
  page('/unsubscribe', links, 'Unsubscribe'),
  page('/operator', toConsole, 'ToConsole'),
  page('/account', account, 'Account'),
  page('/account/security', security, 'Security'),
  page('/account/sessions', account, 'Sessions'),
  page('/organization', organizations, 'ChooseOrganization'),
  page('/billing', billing, 'ChooseBilling'),
  page('/webhooks', webhooks, 'ChooseWebhooks'),
  page('/organizations/$organizationId', organizations, 'Settings'),
  page('/organizations/$organizationId/members', members, 'Members'),
  page('/organizations/$organizationId/billing', billing, 'Billing'),
  page('/organizations/$organizationId/webhooks', webhooks, 'Webhooks'),
  page('/organizations/$organizationId/api-keys', keys, 'ApiKeys'),
  page('/organizations/$organizationId/company-sign-in', companySignIn, 'CompanySignIn'),
  page('/organizations/$organizationId/directory', directory, 'Directory'),
  page('/organizations/$organizationId/policy', policy, 'Policy'),
  page('/organizations/$organizationId/audit-log', auditLog, 'AuditLog'),
];

export const router = createRouter({
  routeTree: root.addChildren(routes),
  basepath: '/app',
  defaultPendingComponent: Waiting,
  defaultErrorComponent: Broken,
  defaultNotFoundComponent: NotFound,
  scrollRestoration: true,
});
