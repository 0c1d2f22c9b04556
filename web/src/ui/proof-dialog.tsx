/** The one dialog that asks for a recent proof, above every page. */
import { confirmSession } from '@plinth/client/operations';
import { useSession } from '@plinth/client/react';
import { useEffect, useId, useRef, useSyncExternalStore } from 'react';
import { plainClient } from '../api.ts';
import { useSpeech } from '../language.tsx';
import { type AskedProof, askedProof } from '../recent-proof.ts';
import { ProofForm } from './proof.tsx';

export function ProofDialog() {
  const asked = useSyncExternalStore(askedProof.subscribe, askedProof.current);
  return asked && <Dialog asked={asked} />;
}

function Dialog({ asked }: { asked: AskedProof }) {
  const { t } = useSpeech();
  const { session, state } = useSession();
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  const isOut = state.status === 'signed-out';
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    if (isOut) dialog.current?.close();
  }, [isOut]);
  return (
    // Closing gives the focus back to where it was.
    <dialog ref={dialog} aria-labelledby={title} onClose={asked.refuse}>
      <h2 id={title}>{t('recent.title')}</h2>
      {asked.ways.length > 0 ? (
        <>
          <p>{t('recent.lead')}</p>
          <ProofForm
            ways={asked.ways}
            button={t('continue')}
            send={async (proof) => {
              await plainClient.call(confirmSession, { body: proof });
              dialog.current?.close();
              asked.proven();
            }}
          />
        </>
      ) : (
        <>
          <p>{t('recent.signIn')}</p>
          <button type="button" className="primary" onClick={() => session.signOut()}>
            {t('nav.signOut')}
          </button>
        </>
      )}
      <div className="actions">
        <button type="button" className="quiet" onClick={() => dialog.current?.close()}>
          {t('cancel')}
        </button>
      </div>
    </dialog>
  );
}
