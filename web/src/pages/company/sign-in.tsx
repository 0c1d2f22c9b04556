/** How people of a company sign in: the domains that are the organization's own, and its identity provider. */
import { useParams } from '@tanstack/react-router';
import { useSpeech } from '../../language.tsx';
import { OrganizationPage } from '../../ui/organization.tsx';
import { Domains } from './domains.tsx';
import { IdentityProvider } from './identity-provider.tsx';

export function CompanySignIn() {
  const { organizationId } = useParams({ strict: false }) as { organizationId: string };
  const { t } = useSpeech();
  return (
    <OrganizationPage title={t('company.title')} organizationId={organizationId}>
      <p>{t('company.lead')}</p>
      <Domains organizationId={organizationId} />
      <IdentityProvider organizationId={organizationId} />
    </OrganizationPage>
  );
}
