/** Expansion: replaces the references that a request's `expand` names with their objects (docs.stripe.com/expand). */
import { HIDDEN, wire } from '../protocol/wire.ts';
import { invalid } from '../world/fault.ts';
import type { World } from '../world/world.ts';
import { INCLUDABLE } from './includable.ts';

type Json = Record<string, unknown>;

const DEPTH_LIMIT = 4;

/** A copy of `object` for an answer, expanded along `paths` such as `latest_invoice.payments` or `data.customer`. */
export function present(world: World, object: unknown, paths: readonly string[]): unknown {
  const answer = wire(object);
  for (const path of paths) {
    const steps = path.split('.');
    if (steps.length > DEPTH_LIMIT + (steps[0] === 'data' ? 1 : 0)) {
      throw invalid(`You cannot expand more than ${DEPTH_LIMIT} levels of a property. Property: ${path}`, 'expand');
    }
    expand(world, answer as Json, steps, path);
  }
  return answer;
}

function expand(world: World, target: Json, steps: string[], path: string): void {
  const [step, ...rest] = steps;
  if (step === undefined) return;
  if (target.deleted) return;
  const value = include(world, target, step);
  // A hidden field may be absent, such as the tiers of a price that has none.
  if (value === undefined && HIDDEN[String(target.object)]?.includes(step)) return;
  if (value === undefined && !(step in target)) {
    throw invalid(`This property cannot be expanded (${path}).`, 'expand');
  }
  target[step] = resolve(world, value);
  for (const next of Array.isArray(target[step]) ? target[step] : [target[step]]) {
    if (rest.length > 0 && typeof next === 'object' && next !== null) expand(world, next as Json, rest, path);
  }
}

/** The value of a field: from the copy, or, if the copy lacks it, the field that only `expand` includes. */
function include(world: World, target: Json, field: string): unknown {
  if (field in target) return target[field];
  const kind = String(target.object);
  const stored = world.store.any(String(target.id)) as unknown as Json | undefined;
  if (HIDDEN[kind]?.includes(field)) return wire(stored?.[field]);
  return wire(INCLUDABLE[kind]?.[field]?.(world, String(target.id)));
}

function resolve(world: World, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => resolve(world, item));
  if (typeof value !== 'string') return value;
  const found = world.store.any(value);
  return found ? wire(found) : value;
}
