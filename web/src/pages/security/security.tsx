/** What protects one's own account: second factors, passkeys, devices and identities. */
import { getFactors } from '@plinth/client/operations';
import { useOperation } from '@plinth/client/react';
import { useSpeech } from '../../language.tsx';
import { AccountLinks } from '../../ui/account.tsx';
import { Loaded, Page } from '../../ui/page.tsx';
import { SignedIn } from '../../ui/signed-in.tsx';
import { AuthenticatorApp } from './authenticator-app.tsx';
import { Devices } from './devices.tsx';
import { LinkedIdentities } from './identities.tsx';
import { Passkeys } from './passkeys.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';

export function Security() {
  const { t } = useSpeech();
  return (
    <SignedIn>
      {() => (
        <Page title={t('security.title')} lead={t('security.lead')}>
          <AccountLinks />
          <Parts />
        </Page>
      )}
    </SignedIn>
  );
}

function Parts() {
  const factors = useOperation(getFactors, {});
  return (
    <>
      <Loaded query={factors}>
        {({ totp, required, recoveryCodes }) => (
          <>
            <AuthenticatorApp isSetUp={totp} />
            <Passkeys />
            {required && <RecoveryCodes left={recoveryCodes} />}
          </>
        )}
      </Loaded>
      <Devices />
      <LinkedIdentities />
    </>
  );
}
