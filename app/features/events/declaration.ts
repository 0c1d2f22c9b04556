/** The types of events. Each feature declares its own with `defineEvents`, in its `events.ts`; together they are the catalogue. */
import type { Static, TObject } from 'typebox';

export interface EventDeclaration {
  /** When it happens, in a sentence. */
  readonly about: string;
  /** A named object with an example. It holds no secret, and no more than the API shows to a member who may read webhooks. */
  readonly data: TObject;
}

/** Every declared event. A feature adds its own here by merging (`declare module`). */
// biome-ignore lint/suspicious/noEmptyInterface: what declares events fills it
export interface DeclaredEvents {}

export type EventType = keyof DeclaredEvents & string;
export type EventData<T extends EventType> = DeclaredEvents[T] extends { data: infer D extends TObject }
  ? Static<D>
  : never;

const declared = new Map<string, EventDeclaration>();
/** Every type, in the order of declaration. It grows while features are loaded, so it is read when it is needed. */
export const eventTypes: string[] = [];

/**
 * Declares events, named `<thing>.<past tense>`.
 * @throws Error if one is declared twice, or its data has no example
 */
export function defineEvents<const E extends Record<string, EventDeclaration>>(definitions: E): E {
  for (const [type, definition] of Object.entries(definitions)) {
    if (declared.has(type)) throw new Error(`event declared twice: ${type}`);
    if (!(definition.data as { examples?: unknown }).examples) throw new Error(`the event ${type} has no example`);
    declared.set(type, definition);
    eventTypes.push(type);
  }
  return definitions;
}

/** @returns every declared event by its type */
export function allEvents(): [type: string, declaration: EventDeclaration][] {
  return [...declared];
}

/** @returns the example of an event's data; undefined if there is no such type */
export function exampleOf(type: string): Record<string, unknown> | undefined {
  const { examples } = (declared.get(type)?.data ?? {}) as { examples?: Record<string, unknown>[] };
  return examples?.[0];
}
