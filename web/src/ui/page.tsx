/** The frame of every page, and the states that every page has: loading, failed, empty. */

import { name as brand } from 'virtual:brand';
import { ApiProblem } from '@plinth/client';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { acting, client, plainClient } from '../api.ts';
import { useSpeech } from '../language.tsx';
import { WayOut } from '../problems.tsx';
import { isProvable, proveFor } from '../recent-proof.ts';
import { sentenceOf } from '../sentences.ts';

interface PageProps {
  title: string;
  lead?: ReactNode;
  /** `narrow` for one form. */
  width?: 'narrow' | 'wide';
  children?: ReactNode;
}

/** A page with its title. The focus moves to the title, so that a screen reader says where one is. */
export function Page({ title, lead, width = 'wide', children }: PageProps) {
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · ${brand}`;
  }, [title]);
  useEffect(() => {
    // Only after a change of pages: on the first one the browser starts at the top.
    if (visited) ref.current?.focus({ preventScroll: true });
    visited = true;
  }, []);
  return (
    <main id="main" className={width}>
      <h1 tabIndex={-1} ref={ref}>
        {title}
      </h1>
      {lead && <p className="lead">{lead}</p>}
      {children}
    </main>
  );
}

let visited = false;

interface LoadedProps<T> {
  query: { data: T | undefined; error: unknown; refetch: () => unknown; isFetching: boolean };
  children: (data: T) => ReactNode;
}

/** Shows the answer of a query; while there is none, that it is coming, or why it does not come. */
export function Loaded<T>({ query, children }: LoadedProps<T>) {
  const { t } = useSpeech();
  const { data, error, isFetching } = query;
  return (
    <>
      {error && !isGone(error, data) ? (
        <div className="notice bad" role="alert">
          <p>{sentenceOf(error, t)}</p>
          {isProvable(error) ? (
            <Prove problem={error} onProven={query.refetch} />
          ) : (
            <button type="button" onClick={() => query.refetch()} aria-disabled={isFetching}>
              {isFetching ? t('working') : t('again')}
            </button>
          )}
        </div>
      ) : null}
      {data === undefined ? !error && <Waiting /> : children(data)}
    </>
  );
}

/** Opens the dialog that asks for a proof. Whoever has no second factor is led to the page that adds one. */
function Prove({ problem, onProven }: { problem: ApiProblem; onProven: () => unknown }) {
  const { t } = useSpeech();
  const [refused, setRefused] = useState<unknown>();
  const prove = async () => {
    setRefused(undefined);
    // While somebody acts in the name of a user, it is the one who acts that proves.
    const proven = proveFor(plainClient, problem).then(() => (acting ? client.session.refresh() : undefined));
    await proven.then(onProven, setRefused);
  };
  return (
    <>
      <button type="button" className="primary" onClick={prove}>
        {t('recent.title')}
      </button>
      {refused !== undefined && <WayOut error={refused} />}
    </>
  );
}

/** An error while older data is shown is said above it. */
const isGone = (error: unknown, data: unknown) =>
  data !== undefined && error instanceof ApiProblem && error.code === 'cancelled';

export function Waiting() {
  const { t } = useSpeech();
  return (
    <p className="waiting" role="status">
      {t('loading')}
    </p>
  );
}

export function Done({ children }: { children: ReactNode }) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => ref.current?.focus(), []);
  return (
    <div className="notice good" role="status" tabIndex={-1} ref={ref}>
      {children}
    </div>
  );
}

/** A table that can be scrolled sideways where the screen is narrow, also with the keyboard. */
export function Table({ caption, head, children }: { caption: string; head: readonly string[]; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls needs the focus to be scrolled
    <section className="scroll" tabIndex={0} aria-label={caption}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {head.map((text) => (
              <th key={text} scope="col">
                {text}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}

export function NotFound() {
  const { t } = useSpeech();
  return (
    <Page title={t('notFound.title')} lead={t('notFound.lead')} width="narrow">
      <Link className="button" to="/">
        {t('home.back')}
      </Link>
    </Page>
  );
}

/** In place of a page that broke: never a blank screen, never a stack trace. */
export function Broken() {
  const { t } = useSpeech();
  return (
    <Page title={t('broken.title')} lead={t('broken.lead')} width="narrow">
      <button className="primary" type="button" onClick={() => location.reload()}>
        {t('again')}
      </button>
    </Page>
  );
}

/** The button below a list that has more. */
export function More({
  query,
}: {
  query: { hasNextPage: boolean; fetchNextPage: () => unknown; isFetchingNextPage: boolean };
}) {
  const { t } = useSpeech();
  if (!query.hasNextPage) return null;
  return (
    <p className="actions">
      <button type="button" onClick={() => query.fetchNextPage()} aria-disabled={query.isFetchingNextPage}>
        {query.isFetchingNextPage ? t('working') : t('more')}
      </button>
    </p>
  );
}
