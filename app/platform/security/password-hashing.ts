/**
 * Password hashes: argon2id with a bounded queue. Hashing is slow by design, so without a bound, a burst of logins would use much memory and
 * wait for seconds. Beyond the bound, callers get 503 `overloaded` at once, and other routes stay fast.
 */
import './metrics.ts';
import { type Algorithm, hash, verify } from '@node-rs/argon2';
import { httpErrors } from '../http/errors.ts';
import type { Metrics } from '../telemetry/metrics.ts';

export interface PasswordHasher {
  /** A PHC string. @throws `overloaded` */
  hash(password: string): Promise<string>;
  /**
   * Compares a password with a hash. Without a hash, it does the same work and answers false, so that an unknown account takes as long as a
   * wrong password.
   * @throws `overloaded`
   */
  verify(password: string, phc: string | null): Promise<boolean>;
  /** Returns true if a hash was made with other parameters than the current ones. */
  isOutdated(phc: string): boolean;
}

export interface PasswordHasherOptions {
  memoryKib: number;
  iterations: number;
  parallelism: number;
  /** The number of hashes that run at a time. More than the number of cores only makes each slower. */
  concurrency: number;
  /** The number of hashes that may wait. */
  queueLimit: number;
  metrics: Metrics;
}

/** Creates the hasher, and a hash that no password matches, with the given parameters. OWASP Password Storage; RFC 9106. */
export async function createPasswordHasher(options: PasswordHasherOptions): Promise<PasswordHasher> {
  const { memoryKib, iterations, parallelism, concurrency, queueLimit, metrics } = options;
  const parameters = {
    // Argon2id. The library declares a const enum, which type stripping does not support.
    algorithm: 2 as Algorithm,
    memoryCost: memoryKib,
    timeCost: iterations,
    parallelism,
  };
  const prefix = `$argon2id$v=19$m=${memoryKib},t=${iterations},p=${parallelism}$`;
  const decoy = await hash(crypto.randomUUID(), parameters);
  const waiting: (() => void)[] = [];
  let running = 0;
  metrics.password_hash_queue_depth.set(0);

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= concurrency) {
      if (waiting.length >= queueLimit) throw httpErrors.overloaded({ headers: { 'retry-after': '2' } });
      metrics.password_hash_queue_depth.set(running + waiting.length + 1);
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running++;
      metrics.password_hash_queue_depth.set(running + waiting.length);
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // The slot passes directly to the next hash; it becomes free only if none waits.
      if (next) next();
      else running--;
      metrics.password_hash_queue_depth.set(running + waiting.length);
    }
  }

  return {
    hash: (password) => inTurn(() => hash(password, parameters)),
    verify: (password, phc) =>
      inTurn(async () => {
        const matches = await verify(phc ?? decoy, password);
        return phc !== null && matches;
      }),
    isOutdated: (phc) => !phc.startsWith(prefix),
  };
}
