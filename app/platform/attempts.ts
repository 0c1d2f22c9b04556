/** Work on many items, where a failing item must not stop the others. */
import { isUnavailable } from './database/failures.ts';

/**
 * Does `work` for each of `items`, one after another. A failed item does not stop the others.
 * @param failed called with each failure
 * @returns the number of items for which `work` returned true
 * @throws Error at the end if any item failed, with the first failure as its cause, so that the job is retried; at once if the database
 *   is unavailable
 */
export async function attemptEach<Item>(
  items: AsyncIterable<readonly Item[]> | Iterable<readonly Item[]>,
  work: (item: Item) => Promise<boolean>,
  failed: (item: Item, error: unknown) => void,
): Promise<number> {
  let [tried, succeeded, failures] = [0, 0, 0];
  let cause: unknown;
  for await (const batch of items) {
    for (const item of batch) {
      tried++;
      try {
        if (await work(item)) succeeded++;
      } catch (error) {
        failed(item, error);
        if (isUnavailable(error)) throw error;
        cause ??= error;
        failures++;
      }
    }
  }
  if (failures > 0) throw new Error(`${failures} of ${tried} failed`, { cause });
  return succeeded;
}
