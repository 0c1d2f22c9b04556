/** The frame of an organization's pages. */
import { getOrganization } from '@plinth/client/operations';
import { useOperation, useSession } from '@plinth/client/react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useSpeech } from '../language.tsx';
import { Page } from './page.tsx';
import { SignedIn } from './signed-in.tsx';

const PAGES = [
  ['', 'organization.settings'],
  ['/members', 'members.title'],
  ['/billing', 'billing.title'],
  ['/api-keys', 'keys.title'],
  ['/webhooks', 'webhooks.title'],
  ['/company-sign-in', 'company.title'],
  ['/directory', 'directory.title'],
  ['/policy', 'policy.title'],
  ['/audit-log', 'auditLog.title'],
] as const;

interface OrganizationPageProps {
  title: string;
  organizationId: string;
  children: ReactNode;
}

export function OrganizationPage({ title, organizationId, children }: OrganizationPageProps) {
  const { t } = useSpeech();
  const { state } = useSession();
  const { data } = useOperation(getOrganization, state.status === 'signed-in' ? { organizationId } : undefined);
  return (
    <SignedIn>
      {() => (
        <Page title={title} lead={data?.name}>
          <nav className="sub" aria-label={t('organization.pages')}>
            {PAGES.map(([path, text]) => (
              <Link
                key={path}
                to={`/organizations/$organizationId${path}`}
                params={{ organizationId }}
                activeOptions={{ exact: true }}
              >
                {t(text)}
              </Link>
            ))}
          </nav>
          {children}
        </Page>
      )}
    </SignedIn>
  );
}
