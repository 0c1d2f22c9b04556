/** The actions that audit events name. Each feature declares its own with `defineAuditActions`. */

/** Every declared action. A feature adds its own here by merging (`declare module`). */
// biome-ignore lint/suspicious/noEmptyInterface: what declares actions fills it
export interface DeclaredAuditActions {}

export type AuditAction = keyof DeclaredAuditActions & string;

/** Every action, in the order of declaration. It grows while features are loaded, so it is read when it is needed. */
export const auditActions: AuditAction[] = [];

/**
 * Declares actions, named `<thing>.<past tense>`.
 * @throws Error when one is declared twice
 */
export function defineAuditActions<const A extends string>(...actions: A[]): Record<A, true> {
  for (const action of actions as unknown as AuditAction[]) {
    if (auditActions.includes(action)) throw new Error(`audit action declared twice: ${action}`);
    auditActions.push(action);
  }
  return Object.fromEntries(actions.map((action) => [action, true])) as Record<A, true>;
}
