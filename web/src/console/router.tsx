/** Every address of the operator console, below /operator. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { Broken, NotFound, Waiting } from '../ui/page.tsx';
import { ConsoleShell } from './shell.tsx';

const root = createRootRoute({ component: ConsoleShell, notFoundComponent: NotFound, errorComponent: Broken });

const NAMES = ['q', 'status', 'ended'] as const;
type Search = Partial<Record<(typeof NAMES)[number], string>>;
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

export const router = createRouter({
  routeTree: root.addChildren([
    page('/', () => import('./search.tsx'), 'SearchPage'),
    page('/users/$userId', () => import('./user.tsx'), 'UserPage'),
    page('/organizations/$organizationId', () => import('./organization.tsx'), 'OrganizationPage'),
    page('/emails', () => import('./emails.tsx'), 'EmailsPage'),
    page('/jobs', () => import('./jobs.tsx'), 'JobsPage'),
  ]),
  basepath: '/operator',
  defaultPendingComponent: Waiting,
  defaultErrorComponent: Broken,
  defaultNotFoundComponent: NotFound,
  scrollRestoration: true,
});
