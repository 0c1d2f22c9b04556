/** The way from signing in to the operator console, which is an app of its own. */
import { useEffect } from 'react';
import { useSpeech } from '../language.tsx';
import { Page, Waiting } from '../ui/page.tsx';

export function ToConsole() {
  const { t } = useSpeech();
  useEffect(() => location.replace('/operator'), []);
  return (
    <Page title={t('loading')} width="narrow">
      <Waiting />
    </Page>
  );
}
