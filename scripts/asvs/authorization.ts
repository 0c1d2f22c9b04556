/** V8 Authorization. */
import { both, type Chapter, files, shown } from './evidence.ts';

export const authorization: Chapter = {
  'V8.1.1': { document: 'docs/security/accounts.md#who-may-do-what' },
  'V8.1.2': { document: 'docs/security/accounts.md#fields' },
  'V8.1.3': { document: 'docs/security/accounts.md#what-counts-besides-the-password' },
  'V8.1.4': { document: 'docs/security/accounts.md#what-counts-besides-the-password' },
  'V8.2.1': shown(
    files.authorization,
    'declares a permission that exists',
    'lets a member with the role',
    'lets a key do what its one scope allows',
  ),
  'V8.2.2': both(
    shown(
      files.authorization,
      'does not exist for an outsider',
      'does not exist for the owner of another organization',
      'does not exist for a key of another organization',
    ),
    shown(files.sessions, 'of another person look as if they did not exist'),
    shown(files.apiKeys, 'of another organization cannot be read'),
  ),
  'V8.2.3': both(
    shown(files.profile, 'takes no field but name and locale'),
    shown(files.badInput, 'to every operation get a 4xx problem document'),
  ),
  'V8.2.4': both(
    shown(files.limits, 'do not lock a person out of a known device'),
    shown(files.sessionPlaces, 'that has moved needs another proof'),
  ),
  'V8.3.1': shown(files.authorization, 'is more than a few', 'asks an anonymous caller to sign in'),
  'V8.3.2': both(
    shown(files.apiKeysInUse, 'are never stronger than who created them now is'),
    shown(files.memberships, 'who lose their role while their request is on its way'),
    shown(files.membershipsModel, 'keep an owner, and nothing for who was removed'),
    shown(files.halfSent, 'their role no longer allows it', 'the scopes of the key are reduced'),
    shown(files.waiting, 'does nothing after its API key was revoked'),
  ),
  'V8.3.3': shown(files.apiKeysInUse, 'are never stronger than who created them now is'),
  'V8.4.1': shown(
    files.authorization,
    'does not exist for the owner of another organization',
    'does not tell an organization that is none',
  ),
  'V8.4.2': both(shown(files.operators, 'are let in with a second factor', 'lose the right on every process at once'), {
    open: 'The operator console asks for a second factor in the session, and not for the posture of the device.',
  }),
};
