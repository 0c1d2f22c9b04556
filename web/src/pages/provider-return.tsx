/** Where an identity provider leads back to, with a code or with an error. */
import { ApiProblem, isApiError } from '@plinth/client';
import { createSessionByProvider, linkIdentity, listIdentities } from '@plinth/client/operations';
import { useClient, useOperationChange, useSession } from '@plinth/client/react';
import type { SignInChallenge } from '@plinth/client/types';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useSpeech } from '../language.tsx';
import { ownPage } from '../own-page.ts';
import { LINKING_PAGE, pendingLink } from '../pending-link.ts';
import { ProblemNotice } from '../problems.tsx';
import { Page, Waiting } from '../ui/page.tsx';
import { challengeOf, SecondFactor } from '../ui/second-factor.tsx';

/** The address has an account, or the provider does not vouch for it: the code then links, after a sign-in of another kind. */
const LINKABLE = ['identity_not_linked', 'provider_address_unverified'];

/** The page of an organization that starts a test run. */
const COMPANY_PAGE = /^\/organizations\/[\w-]+\/company-sign-in$/;

export function ProviderReturn() {
  const { t, speak } = useSpeech();
  const { code, error: refusal, returnTo, test } = useSearch({ strict: false });
  const { session, state } = useSession();
  const client = useClient();
  const link = useOperationChange(linkIdentity, [listIdentities]);
  const navigate = useNavigate();
  const [error, setError] = useState<unknown>();
  const [challenge, setChallenge] = useState<SignInChallenge>();
  const isSent = useRef(false);
  const next = ownPage(returnTo);
  const go = () => navigate({ to: next, replace: true });
  /** Where a provider is set up, and tried. */
  const isTest = COMPANY_PAGE.test(next);

  async function finish(isLinking: boolean) {
    // A test run begins no session.
    if (isTest && test) return void (await navigate({ to: next, search: { test }, replace: true }));
    if (refusal || !code) throw new ApiProblem({ code: refusal ?? 'provider_sign_in_expired' });
    if (isLinking) await link.mutateAsync({ body: { code } });
    else speak(session.adopt(await client.call(createSessionByProvider, { body: { code } })).locale);
    await go();
  }
  useEffect(() => {
    // A code works once.
    if (state.status === 'unknown' || isSent.current) return;
    isSent.current = true;
    finish(state.status === 'signed-in' && next === LINKING_PAGE).catch((problem: unknown) => {
      if (isApiError(problem) && LINKABLE.includes(problem.code) && code) pendingLink.keep(code);
      setChallenge(challengeOf(problem));
      setError(problem);
    });
  });

  if (challenge) {
    return (
      <Page key="second" title={t('secondFactor.title')} lead={t('secondFactor.lead')} width="narrow">
        <SecondFactor
          challenge={challenge}
          onDone={(user) => {
            speak(user.locale);
            return go();
          }}
          onBack={(reason) => {
            setChallenge(undefined);
            setError(reason ?? new ApiProblem({ code: 'cancelled' }));
          }}
        />
      </Page>
    );
  }
  return (
    <Page key="return" title={t('provider.title')} width="narrow">
      {error ? <ProblemNotice error={error} /> : <Waiting />}
      {error ? (
        <p>
          {isTest ? (
            <Link to={next}>{t('company.title')}</Link>
          ) : state.status === 'signed-in' ? (
            <Link to={LINKING_PAGE}>{t('security.title')}</Link>
          ) : (
            <Link to="/sign-in" search={pendingLink.code() ? { next: LINKING_PAGE } : {}}>
              {t('signIn.title')}
            </Link>
          )}
        </p>
      ) : null}
    </Page>
  );
}
