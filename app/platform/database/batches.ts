/** Deleting any number of rows: no one statement may run into its time limit, however many there are. */

const BATCH = 20_000;

/** Repeats `remove`, which deletes at most `limit` rows, until there are no more. */
export async function deleteInBatches(remove: (limit: number) => Promise<{ rowCount: number | null }>): Promise<void> {
  for (;;) {
    const { rowCount } = await remove(BATCH);
    if ((rowCount ?? 0) < BATCH) return;
  }
}
