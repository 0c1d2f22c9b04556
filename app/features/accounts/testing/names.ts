/** Names that others rely on, of kinds that only accounts has. */
import { COOKIE_NAME } from '../cookies.ts';

export const present = { cookies: new Set([COOKIE_NAME]) };
