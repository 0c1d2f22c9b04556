import { after } from 'node:test';

/** A fixture needs this of a test, to be ended with it. A test's context is one; `suiteLifetime` makes one of a suite. */
export interface Lifetime {
  after(end: () => Promise<unknown>): void;
}

/** Called in the body of `describe`, for fixtures that its `before` starts: they end after the suite, the last one first. */
export function suiteLifetime(): Lifetime {
  const endings: (() => Promise<unknown>)[] = [];
  after(async () => {
    for (const end of endings.reverse()) await end();
  });
  return { after: (end) => void endings.push(end) };
}
