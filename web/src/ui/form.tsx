/** Forms: fields, a button that works once at a time, and what went wrong. */
import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { useSpeech } from '../language.tsx';
import { ProblemNotice } from '../problems.tsx';
import { faultOf } from '../sentences.ts';

export type Answers = Readonly<Record<string, string>>;

export interface FieldProps {
  name: string;
  label: string;
  type?: 'text' | 'email' | 'password' | 'url';
  autoComplete?: string;
  /** The keyboard of a phone. */
  inputMode?: 'numeric';
  hint?: string;
  optional?: boolean;
  initial?: string;
  /** Options make it a choice. */
  options?: readonly { value: string; text: string }[];
}

interface FormProps {
  fields: readonly FieldProps[];
  button: string;
  /** A button for something that cannot be undone easily. */
  danger?: boolean;
  /** A button that is not the main one of its page. */
  quiet?: boolean;
  /** Moves the focus to the first field, or to the button, when the form appears. */
  takesFocus?: boolean;
  /** What happens; its error is shown. */
  send: (answers: Answers) => Promise<unknown>;
  children?: ReactNode;
}

export function Form({ fields, button, danger, quiet, takesFocus, send, children }: FormProps) {
  const ref = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (takesFocus) ref.current?.querySelector<HTMLElement>('input, button')?.focus();
  }, [takesFocus]);
  const [error, setError] = useState<unknown>();
  const [isSending, setSending] = useState(false);
  const [missing, setMissing] = useState<string>();
  const isBusy = useRef(false);
  const { t } = useSpeech();

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    // A second click comes before the button is rendered again.
    if (isBusy.current) return;
    const form = event.currentTarget;
    const answers = read(form, fields);
    const absent = fields.find(({ name, optional }) => !optional && !answers[name]);
    setMissing(absent?.name);
    if (absent) return void (form.elements.namedItem(absent.name) as HTMLElement | null)?.focus();
    isBusy.current = true;
    setSending(true);
    setError(undefined);
    try {
      await send(answers);
    } catch (problem) {
      setError(problem);
    } finally {
      isBusy.current = false;
      setSending(false);
    }
  }

  return (
    <form ref={ref} onSubmit={submit} noValidate>
      {fields.map((field) => (
        <Field
          key={field.name}
          {...field}
          fault={missing === field.name ? t('field.missing', { label: field.label }) : faultOf(error, field.name)}
        />
      ))}
      {children}
      <ProblemNotice error={error} />
      <button className={danger ? 'danger' : quiet ? 'quiet' : 'primary'} type="submit" aria-disabled={isSending}>
        {isSending ? t('working') : button}
      </button>
    </form>
  );
}

/** Spaces around a pasted address or token are never meant; in a password they may be. */
function read(form: HTMLFormElement, fields: readonly FieldProps[]): Answers {
  const data = new FormData(form);
  return Object.fromEntries(
    fields.map(({ name, type }) => {
      const text = String(data.get(name) ?? '');
      return [name, type === 'password' ? text : text.trim()];
    }),
  );
}

function Field(field: FieldProps & { fault: string | undefined }) {
  const { name, label, type = 'text', autoComplete, inputMode, hint, optional, initial, options, fault } = field;
  const { t } = useSpeech();
  const id = useId();
  const described = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ') || undefined;
  const common = {
    ...{ id, name, defaultValue: initial, autoComplete },
    'aria-describedby': described,
    'aria-invalid': fault ? true : undefined,
    required: !optional,
  };
  return (
    <p className="field">
      <label htmlFor={id}>
        {label} {optional && <small>{t('field.optional')}</small>}
      </label>
      {options ? (
        <select {...common}>
          {options.map(({ value, text }) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      ) : (
        <input {...common} type={type} inputMode={inputMode} spellCheck={type === 'text' ? undefined : false} />
      )}
      {hint && <small id={`${id}-hint`}>{hint}</small>}
      {fault && (
        <small id={`${id}-fault`} className="fault">
          {fault}
        </small>
      )}
    </p>
  );
}
