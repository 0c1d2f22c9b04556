/** Finding a person, an organization, a customer or an email by whatever one knows of it. */
import { searchAsOperator } from '@plinth/client/operations';
import { useOperation } from '@plinth/client/react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Form } from '../ui/form.tsx';
import { Loaded, Page } from '../ui/page.tsx';
import { FoundList } from './found.tsx';
import { useTexts } from './texts.ts';

export function SearchPage() {
  const text = useTexts();
  const navigate = useNavigate();
  const { q } = useSearch({ strict: false }) as { q?: string };
  const results = useOperation(searchAsOperator, q ? { q } : undefined);
  return (
    <Page title={text('search.title')}>
      <section className="card">
        <Form
          key={q ?? ''}
          fields={[
            {
              ...{ name: 'q', label: text('search.label'), hint: text('search.hint'), autoComplete: 'off' },
              ...(q && { initial: q }),
            },
          ]}
          button={text('search.button')}
          send={({ q: wanted = '' }) => navigate({ to: '/', search: { q: wanted } })}
        />
      </section>
      {q && (
        <Loaded query={results}>
          {({ data }) => (
            <>
              <p role="status">
                {data.length === 0 ? text('search.none') : text('search.found', { count: data.length })}
              </p>
              <FoundList found={data} />
            </>
          )}
        </Loaded>
      )}
    </Page>
  );
}
