/** The client in React: who is signed in, and operations as queries of TanStack Query. */
import {
  type InfiniteData,
  QueryClient,
  QueryClientProvider,
  type UseInfiniteQueryResult,
  type UseMutationResult,
  type UseQueryResult,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import {
  createContext,
  createElement,
  type FunctionComponent,
  type ReactNode,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
} from 'react';
import type {
  AnyOperation,
  CallOptions,
  Client,
  ErrorOf,
  InputOf,
  ItemOf,
  OutputOf,
  Session,
  SessionState,
} from '../client.ts';

/** Absent outside of browsers. */
const page = globalThis as {
  addEventListener?: (type: string, listener: () => void) => void;
  removeEventListener?: (type: string, listener: () => void) => void;
};
const ClientContext = createContext<Client | undefined>(undefined);

export interface SessionProviderProps {
  client: Client;
  children?: ReactNode;
}

/** Finds out who is signed in, gives the client to everything inside, and forgets all answers when somebody else is, in this tab or another. */
export const SessionProvider: FunctionComponent<SessionProviderProps> = ({ client, children }) => {
  // The client repeats what is worth it.
  const [queries] = useState(
    () => new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 10_000 } } }),
  );
  useEffect(() => {
    const restore = () => void client.session.restore().catch(() => {});
    const again = () => client.session.state.status === 'unknown' && restore();
    restore();
    page.addEventListener?.('online', again);
    return () => page.removeEventListener?.('online', again);
  }, [client]);
  useEffect(() => {
    const who = () => (client.session.state.status === 'signed-in' ? client.session.state.user.id : undefined);
    let before = who();
    return client.session.subscribe(() => {
      const now = who();
      if (before !== undefined && before !== now) queries.clear();
      before = now;
    });
  }, [client, queries]);
  return createElement(
    ClientContext.Provider,
    { value: client },
    createElement(QueryClientProvider, { client: queries }, children),
  );
};

/** @throws Error outside of a `SessionProvider` */
export function useClient(): Client {
  const client = useContext(ClientContext);
  if (!client) throw new Error('useClient needs a <SessionProvider> around it.');
  return client;
}

/** The session, and its state as of now. The component renders again when it changes. */
export function useSession(): { session: Session; state: SessionState } {
  const { session } = useClient();
  const state = useSyncExternalStore(
    (listener) => session.subscribe(listener),
    () => session.state,
    () => session.state,
  );
  return { session, state };
}

/** The key under which the answer of an operation is kept. Without an input: of all its answers. */
export function queryKey<O extends AnyOperation>(operation: O, input?: InputOf<O>): readonly unknown[] {
  return input === undefined ? [operation] : [operation, input];
}

/**
 * An operation that reads.
 * @param input undefined: not asked yet, because something is missing for it
 */
export function useOperation<O extends AnyOperation>(
  operation: O,
  input: InputOf<O> | undefined,
): UseQueryResult<OutputOf<O>, ErrorOf<O>> {
  const client = useClient();
  return useQuery<OutputOf<O>, ErrorOf<O>>({
    queryKey: queryKey(operation, input ?? ({} as InputOf<O>)),
    queryFn: ({ signal }) => call(client, operation, input as InputOf<O>, { signal }),
    enabled: input !== undefined,
  });
}

/** A list, page by page. `data` has the elements of all pages so far. */
export function useOperationPages<O extends AnyOperation>(
  operation: O,
  input: InputOf<O> | undefined,
): UseInfiniteQueryResult<readonly ItemOf<O>[], ErrorOf<O>> {
  const client = useClient();
  return useInfiniteQuery({
    queryKey: queryKey(operation, { ...(input as object), pages: true } as unknown as InputOf<O>),
    queryFn: ({ signal, pageParam }) =>
      call(client, operation, { ...(input as object), ...(pageParam && { cursor: pageParam }) } as InputOf<O>, {
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: OutputOf<O>) => (page as { nextCursor: string | null }).nextCursor ?? undefined,
    select: (all: InfiniteData<OutputOf<O>>) => all.pages.flatMap((page) => (page as { data: ItemOf<O>[] }).data),
    enabled: input !== undefined,
  }) as UseInfiniteQueryResult<readonly ItemOf<O>[], ErrorOf<O>>;
}

/**
 * An operation that changes something.
 * @param changes the operations whose answers are different afterwards: they are asked for again
 */
export function useOperationChange<O extends AnyOperation>(
  operation: O,
  changes: readonly AnyOperation[] = [],
): UseMutationResult<OutputOf<O>, ErrorOf<O>, InputOf<O>> {
  const client = useClient();
  const queries = useQueryClient();
  return useMutation<OutputOf<O>, ErrorOf<O>, InputOf<O>>({
    mutationFn: (input) => call(client, operation, input),
    onSettled: () => Promise.all(changes.map((changed) => queries.invalidateQueries({ queryKey: queryKey(changed) }))),
  });
}

function call<O extends AnyOperation>(
  client: Client,
  operation: O,
  input: InputOf<O>,
  options?: CallOptions,
): Promise<OutputOf<O>> {
  return (client.call as unknown as (...rest: unknown[]) => Promise<OutputOf<O>>)(operation, input, options);
}
