/** V6 Authentication. */
import { both, type Chapter, files, shown } from './evidence.ts';

export const authentication: Chapter = {
  'V6.1.1': { document: 'docs/security/accounts.md#limits' },
  'V6.1.2': { document: 'docs/security/accounts.md#passwords' },
  'V6.1.3': { document: 'docs/security/accounts.md#ways-in' },
  'V6.2.1': shown(files.policy, 'takes 8 to 128 characters', 'names every reason'),
  'V6.2.2': shown(files.passwords, 'replace the old one'),
  'V6.2.3': shown(files.passwords, 'need the current one'),
  'V6.2.4': shown(files.policy, 'names every reason'),
  'V6.2.5': shown(files.policy, 'takes 8 to 128 characters of any script'),
  'V6.2.6': both(shown(files.pages, 'every password is masked'), {
    absent: 'Plinth has only the development pages; the product provides its own frontend.',
  }),
  'V6.2.7': both(shown(files.pages, 'every password is masked'), {
    absent: 'Plinth has only the development pages; the product provides its own frontend.',
  }),
  'V6.2.8': shown(files.policy, 'takes different encodings', 'takes 8 to 128 characters'),
  'V6.2.9': shown(files.policy, 'takes 8 to 128 characters'),
  'V6.2.10': { absent: 'Passwords do not expire; the schema has no column for an expiry.' },
  'V6.2.11': shown(files.policy, 'names every reason'),
  'V6.2.12': shown(files.policy, 'names every reason', 'sends only five digits', 'accepts without the breach check'),
  'V6.3.1': shown(
    files.limits,
    'stop guessing at an account from changing networks',
    'evaluate no more than ten of sixty parallel guesses',
    'do not lock a person out of a known device',
    'stop a network that tries many accounts',
  ),
  'V6.3.2': { absent: 'A new database contains no account; the first one is registered like any other.' },
  'V6.3.3': both(
    shown(files.secondFactors, 'is asked for after the right password alone'),
    shown(files.policies, 'refuses members without a second factor'),
  ),
  'V6.3.4': both(shown(files.authorization, 'asks an anonymous caller to sign in'), {
    document: 'docs/security/accounts.md#ways-in',
  }),
  'V6.3.5': both(
    shown(files.signIn, 'mails a notice of each device that brings no token of an earlier sign-in'),
    shown(files.secondFactors, 'allows five wrong answers to a challenge'),
    shown(files.passkeys, 'that count are refused when the counter falls back'),
    shown(files.refreshing, 'ends the session when a token is used again after its successor was used'),
  ),
  'V6.3.6': both(shown(files.emailLinks, 'is off unless the setting is on'), {
    absent:
      'Signing in by email is off by default (`EMAIL_LINK_SIGN_IN`). Whoever needs the third level leaves it off.',
  }),
  'V6.3.7': both(
    shown(files.passkeys, 'are listed, named and removed by their owner alone'),
    shown(files.passwords, 'replace the old one, tell the owner', 'are set by the mailed link'),
    shown(files.emailChanges, 'is reverted by the link that goes to the old address'),
  ),
  'V6.3.8': both(
    shown(files.signIn, 'has one answer for every refused attempt'),
    shown(
      files.signInTiming,
      'does not tell why a sign-in was refused',
      'does not tell whether an address is registered',
      'does not tell whether an address is taken',
    ),
    shown(files.registration, 'answers the same for a taken address'),
  ),
  'V6.4.1': shown(files.links, 'are good for their time and no longer', 'redeem once under 50 parallel uses'),
  'V6.4.2': { absent: 'There are no hints and no secret questions.' },
  'V6.4.3': both(
    shown(files.passwords, 'are set by the mailed link', 'are reset by the newest link only'),
    shown(files.secondFactors, 'is asked for after a reset of the password'),
  ),
  'V6.4.4': both(shown(files.secondFactors, 'can be replaced by a recovery code'), {
    document: 'docs/ways-in.md#recovery-codes',
  }),
  'V6.4.5': { absent: 'No authentication mechanism expires.' },
  'V6.4.6': { absent: 'Operators can suspend and verify accounts; no command sets a password.' },
  'V6.5.1': both(
    shown(files.links, 'redeem once under 50 parallel uses'),
    shown(files.emailLinks, 'begins exactly one session for 50 parallel uses'),
    shown(files.secondFactors, 'takes each code once, in whichever process', 'can be replaced by a recovery code'),
  ),
  'V6.5.2': both(
    shown(files.links, 'rest in the database as their SHA-256 only'),
    shown(files.emailLinks, 'rests in the database so that the database alone proves nothing'),
    shown(files.secondFactors, 'is stored so that the database alone proves nothing'),
  ),
  'V6.5.3': both(
    shown(files.links, 'rest in the database as their SHA-256 only'),
    shown(files.secondFactors, 'can be replaced by a recovery code'),
  ),
  'V6.5.4': both(
    shown(files.links, 'rest in the database as their SHA-256 only'),
    shown(files.secondFactors, 'can be replaced by a recovery code'),
  ),
  'V6.5.5': both(
    shown(files.links, 'are good for their time and no longer'),
    shown(files.emailLinks, 'ends after ten'),
  ),
  'V6.5.6': both(
    shown(files.passwords, 'void the links to reset them'),
    shown(files.passkeys, 'are listed, named and removed by their owner alone'),
    shown(files.devices, 'are listed to their owner, and forgotten one by one'),
    shown(files.resetting, 'leaves the password as the only way in'),
  ),
  'V6.5.7': shown(files.passkeys, 'without verification of the person are one factor'),
  'V6.5.8': shown(files.secondFactors, 'takes a code of this time step'),
  'V6.6.1': { absent: 'Nothing is sent by telephone.' },
  'V6.6.2': both(
    shown(files.links, 'are good for their own purpose only'),
    shown(
      files.emailLinks,
      'changes nothing when somebody else opens the link',
      'keeps earlier links for their browsers',
    ),
  ),
  'V6.6.3': both(
    shown(files.links, 'are refused when anything about them is changed'),
    shown(files.emailLinks, 'and takes no right code after five wrong ones', 'over all links of an account'),
  ),
  'V6.6.4': { absent: 'There are no push notifications.' },
  'V6.7.1': shown(files.passkeys, 'are refused at a sign-in when a single thing about the signature is wrong'),
  'V6.7.2': shown(files.passkeys, 'sign once: neither a used challenge nor an old one is taken'),
  'V6.8.1': shown(files.idTokens, 'identifies nobody whom another provider knows'),
  'V6.8.2': shown(files.idTokens, 'is refused when a single thing about it is wrong'),
  'V6.8.3': { absent: 'The service does not speak SAML.' },
  'V6.8.4': shown(files.identities, 'need the password once the sign-in is older than ten minutes'),
};
