/** The limit of a login: verifies a password, with `concurrency` verifications at a time, for `durationMs`. Nothing else. */
import { verify } from '@node-rs/argon2';

export interface HashingLoad {
  readonly phc: string;
  readonly password: string;
  readonly concurrency: number;
  readonly durationMs: number;
}

export interface HashingOutcome {
  readonly answers: number;
  readonly seconds: number;
}

process.on('disconnect', () => process.exit());
process.on('message', async ({ phc, password, concurrency, durationMs }: HashingLoad) => {
  const begunAt = performance.now();
  const until = begunAt + durationMs;
  let answers = 0;
  const keepVerifying = async () => {
    for (; performance.now() < until; answers++) await verify(phc, password);
  };
  await Promise.all(Array.from({ length: concurrency }, keepVerifying));
  process.send!({ answers, seconds: (performance.now() - begunAt) / 1_000 } satisfies HashingOutcome);
});
