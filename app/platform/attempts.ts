/** Work on many things, where one that fails must not keep the others from being done. */
import { isUnavailable } from './database/failures.ts';

/**
 * Does `work` for each of `items`, one after another, also after one that failed.
 * @param failed is told of each failure
 * @returns how many times `work` answered true
 * @throws Error at the end where some failed, caused by the first failure, so that a job tries them again; at once when the database is away
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
