import { developmentUrl, localSender } from '../../platform/settings/development-values.ts';
import { blocks, credentials, list, mailbox, signingSecrets, url } from '../../platform/settings/parsers.ts';
import { defineSettings } from '../../platform/settings/settings.ts';
import { brand } from '../../product/brand.ts';

/** The name in quotes, since it may have a comma (RFC 5322 section 3.2.4). */
const sender = (name: string) => `"${name.replaceAll(/["\\]/g, '\\$&')}" <no-reply@plinth.localhost>`;

const own = defineSettings('Email', {
  SMTP_URL: {
    meaning: 'Mail server, e.g. smtps://user:password@smtp.example.com. Without it, development uses its mailbox.',
    parse: url('smtp:', 'smtps:'),
    required: true,
    secret: true,
    developmentOnly: developmentUrl,
    example: '',
  },
  EMAIL_FROM: {
    meaning: 'Sender of every mail. Default in development: the name in app/product/brand.ts, at plinth.localhost.',
    parse: mailbox,
    developmentFallback: sender(brand.name),
    required: true,
    developmentOnly: localSender,
    example: '',
  },
  SES_TOPIC_ARNS: {
    meaning: 'SNS topics whose bounces and complaints are accepted, comma-separated. Empty: the SES webhook is off.',
    parse: list,
    fallback: [],
    example: '',
  },
  POSTMARK_WEBHOOK_AUTH: {
    meaning: 'user:password of the Postmark webhook, comma-separated to rotate. Empty: off.',
    parse: credentials,
    fallback: [],
    secret: true,
    example: '',
  },
  POSTMARK_WEBHOOK_SOURCES: {
    meaning: 'Addresses or CIDR blocks that may call the Postmark webhook, comma-separated. Empty: any.',
    parse: blocks,
    fallback: [],
    example: '',
  },
  RESEND_WEBHOOK_SECRET: {
    meaning: 'Signing secret (whsec_...) of the Resend webhook, comma-separated to rotate. Empty: off.',
    parse: signingSecrets,
    fallback: [],
    secret: true,
    example: '',
  },
});
type Own = typeof own;

declare module '../../platform/settings/settings.ts' {
  interface DeclaredSettings extends Own {}
}
