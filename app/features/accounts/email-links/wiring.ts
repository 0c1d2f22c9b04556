/** Builds the parts of signing in by email. */
import type { Sealer } from '../../../platform/security/sealing.ts';
import { createEmailLinkSignIn, type EmailLinkSignIn, type EmailLinkSignInOptions } from './email-link-sign-in.ts';
import { createEmailLinks, type EmailLinks } from './links.ts';
import { createEmailLinkRequests, type EmailLinkRequests, type EmailLinkRequestsOptions } from './requests.ts';

export interface EmailLinkParts {
  readonly links: EmailLinks;
  readonly requests: EmailLinkRequests;
  readonly signIn: EmailLinkSignIn;
}

type PartsOptions = Omit<EmailLinkSignInOptions & EmailLinkRequestsOptions, 'links'> & { sealer: Sealer };

export function createEmailLinkParts(options: PartsOptions): EmailLinkParts {
  const links = createEmailLinks(options);
  const requests = createEmailLinkRequests({ ...options, links });
  return { links, requests, signIn: createEmailLinkSignIn({ ...options, links }) };
}
