import type { OperatorFound } from '@plinth/client/types';
import { Link } from '@tanstack/react-router';
import { useWords } from './texts.ts';

/** Things that were found, or that belong to a person, each with a link to the page that shows it. */
export function FoundList({ found }: { found: readonly OperatorFound[] }) {
  const word = useWords();
  return (
    <ul className="rows">
      {found.map((each) => (
        <li className="row" key={`${each.kind} ${each.id}`}>
          <p>
            <FoundLink {...each} /> <span className="quiet-text">{each.detail && word('state', each.detail)}</span>
          </p>
          <span>{word('kind', each.kind)}</span>
        </li>
      ))}
    </ul>
  );
}

function FoundLink({ title, userId, organizationId }: OperatorFound) {
  if (userId)
    return (
      <Link to="/users/$userId" params={{ userId }}>
        {title}
      </Link>
    );
  if (organizationId)
    return (
      <Link to="/organizations/$organizationId" params={{ organizationId }}>
        {title}
      </Link>
    );
  return <strong>{title}</strong>;
}
