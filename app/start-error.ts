/** A start that cannot succeed, with a message that says what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
