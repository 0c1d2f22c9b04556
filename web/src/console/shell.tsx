/** What surrounds every page of the console, and who may see it: an operator who has proven a second factor. */
import { name as brand } from 'virtual:brand';
import { isApiError } from '@plinth/client';
import { confirmSession, getFactors, getOperator } from '@plinth/client/operations';
import { useOperation, useSession } from '@plinth/client/react';
import { Link, Outlet } from '@tanstack/react-router';
import { useEffect } from 'react';
import { plainClient } from '../api.ts';
import { useSpeech } from '../language.tsx';
import { Connection, Languages } from '../shell.tsx';
import { Loaded, Page, Waiting } from '../ui/page.tsx';
import { ProofForm } from '../ui/proof.tsx';
import { ProofDialog } from '../ui/proof-dialog.tsx';
import { useTexts } from './texts.ts';

const PAGES = [
  ['/', 'nav.search'],
  ['/emails', 'nav.emails'],
  ['/jobs', 'nav.jobs'],
] as const;

export function ConsoleShell() {
  const { t } = useSpeech();
  const text = useTexts();
  const { session, state } = useSession();
  return (
    <>
      <a className="skip" href="#main">
        {t('skip')}
      </a>
      <Connection />
      <header className="bar">
        <Link className="brand" to="/">
          <img src="/docs/assets/logo.svg" alt="" width="24" height="24" />
          <span>
            {brand} · {text('nav')}
          </span>
        </Link>
        <nav aria-label={t('nav.label')}>
          {PAGES.map(([to, key]) => (
            <Link key={to} to={to} activeOptions={{ exact: true }}>
              {text(key)}
            </Link>
          ))}
          <a href="/app/">{text('nav.account')}</a>
          {state.status === 'signed-in' && (
            <button type="button" className="link" onClick={() => void session.signOut()}>
              {t('nav.signOut')}
            </button>
          )}
        </nav>
      </header>
      <Gate />
      <footer>
        <Languages />
      </footer>
      <ProofDialog />
    </>
  );
}

function Gate() {
  const { t } = useSpeech();
  const text = useTexts();
  const { session, state } = useSession();
  const isOut = state.status === 'signed-out';
  useEffect(() => {
    if (isOut) location.assign('/app/sign-in?next=/operator');
  }, [isOut]);
  const operator = useOperation(getOperator, state.status === 'signed-in' ? {} : undefined);
  if (state.status !== 'signed-in')
    return (
      <Page title={text('title')} width="narrow">
        <Waiting />
        <button type="button" onClick={() => void session.restore().catch(() => {})}>
          {t('again')}
        </button>
      </Page>
    );
  const { data, error } = operator;
  if (data) return <Outlet />;
  if (isApiError(error) && error.code === 'forbidden')
    return <Page title={text('gate.no')} lead={text('gate.no.lead')} width="narrow" />;
  if (isApiError(error) && error.code === 'operator_second_factor_required')
    return <FactorGate onProven={() => operator.refetch()} />;
  return (
    <Page title={text('title')} width="narrow">
      <Loaded query={operator}>{() => null}</Loaded>
    </Page>
  );
}

/** For an operator whose session began without a second factor. */
function FactorGate({ onProven }: { onProven: () => Promise<unknown> }) {
  const { t } = useSpeech();
  const text = useTexts();
  const { session } = useSession();
  const factors = useOperation(getFactors, {});
  return (
    <Page title={text('gate.factor')} lead={text('gate.factor.lead')} width="narrow">
      <Loaded query={factors}>
        {({ totp, passkeys, recoveryCodes }) =>
          (totp || passkeys > 0) && (
            <ProofForm
              ways={[
                ...(passkeys > 0 ? ['passkey'] : []),
                ...(totp ? ['totp'] : []),
                ...(recoveryCodes > 0 ? ['recovery_code'] : []),
              ]}
              button={t('continue')}
              send={async (proof) => {
                await plainClient.call(confirmSession, { body: proof });
                await session.refresh();
                await onProven();
              }}
            />
          )
        }
      </Loaded>
      <p>
        <a href="/app/account/security">{text('gate.setUp')}</a>
      </p>
    </Page>
  );
}
