/** Tries of what must not be guessed, such as a password or a code: only a wrong one costs. */
import type { RateLimit } from './rate-limits.ts';

/** One use of a rate limit: the limit, and the key that is counted. */
export type Use = readonly [RateLimit, string];

export interface Try<Judged> {
  /** In this order: what one refuses, the next ones are not asked. */
  uses: readonly Use[];
  judge(): Promise<Judged>;
  /** True if the answer was wrong. Default: it was judged as undefined or false. */
  isWrong?(judged: Judged): boolean;
  /** Called if a limit is reached. */
  onLimited?(): void;
}

/**
 * Judges an answer within limits. A try of each is reserved before, so that parallel ones cannot slip past together. Afterwards it is counted
 * if the answer was wrong, and given back if it was right or could not be judged.
 * @returns what `judge` returns
 * @throws `rate_limited`; what `judge` throws
 */
export async function judgeTry<Judged>({ uses, judge, isWrong, onLimited }: Try<Judged>): Promise<Judged> {
  const reserved: Use[] = [];
  const end = (how: 'settle' | 'refund') => Promise.all(reserved.map(([limit, key]) => limit[how](key)));
  async function reserveAndJudge(): Promise<Judged> {
    for (const use of uses) {
      await use[0].reserve(use[1]).catch((error) => {
        onLimited?.();
        throw error;
      });
      reserved.push(use);
    }
    return judge();
  }
  const judged = await reserveAndJudge().catch(async (error) => {
    await end('refund');
    throw error;
  });
  await end((isWrong?.(judged) ?? !judged) ? 'settle' : 'refund');
  return judged;
}
