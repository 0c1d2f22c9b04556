/** A value that people take somewhere else, with a button that copies it. */
import { useState } from 'react';
import { useSpeech } from '../language.tsx';

/** @param label what the value is, for the button's name */
export function Copyable({ label, value }: { label: string; value: string }) {
  const { t } = useSpeech();
  const [isCopied, setCopied] = useState(false);
  const copy = () => navigator.clipboard.writeText(value).then(() => setCopied(true));
  return (
    <span className="copyable">
      <code>{value}</code>{' '}
      <button
        type="button"
        className="quiet"
        aria-label={`${t(isCopied ? 'copied' : 'copy')}: ${label}`}
        onClick={() => void copy().catch(() => setCopied(false))}
      >
        {t(isCopied ? 'copied' : 'copy')}
      </button>
    </span>
  );
}
