import type { Locale } from '../../app/features/email/template-fields.ts';
import type { Strings } from '../props.ts';
import { de } from './de.ts';
import { en } from './en.ts';

export const strings: Record<Locale, Strings> = { en, de };
