/** Parsers of the values of options. */
import { InvalidArgumentError } from 'commander';

/** How many to list. @throws InvalidArgumentError */
export function count(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > 1_000)
    throw new InvalidArgumentError('A whole number from 1 to 1000.');
  return number;
}
