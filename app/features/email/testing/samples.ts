/** The samples that emails declare, as data to send. */
import '../../../declarations.ts';
import { allEmails, declarationOf, type EmailData, type TemplateName } from '../declaration.ts';

/** @returns the sample of a declared email */
export const sampleOf = <T extends TemplateName>(template: T): EmailData<T> =>
  declarationOf(template)!.sample as unknown as EmailData<T>;

/** A declared email that readers may unsubscribe from; undefined if no feature declares one. */
export const bulkTemplate: TemplateName | undefined = allEmails().find(([, { bulk }]) => bulk)?.[0];
export const withoutBulk = bulkTemplate === undefined && 'no feature declares bulk email';
