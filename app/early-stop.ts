/**
 * Lets a process be stopped before its parts have handlers of their own. As the first process of a container, Node.js ignores a signal that it
 * has no handler for: the process would become ready after it was told to stop, and be killed in the middle of its work.
 */
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** The listener stays the same, as removing one also drops a signal that has arrived and was not handled yet. */
let act: (signal: NodeJS.Signals) => void;

/** Exits with `code` at a signal. Must be called before anything large is imported: nothing is open yet that would have to be closed. */
export function exitOnSignals(code: number): void {
  act = () => process.exit(code);
  for (const signal of SIGNALS) process.on(signal, () => act(signal));
}

/** Replaces what a signal does. */
export function onSignals(stop: (signal: NodeJS.Signals) => void): void {
  act = stop;
}
