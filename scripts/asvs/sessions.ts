/** V7 Session Management. */
import { both, type Chapter, files, shown } from './evidence.ts';

const NO_FEDERATION = { absent: 'Only this service uses its sessions; no identity provider shares them.' };

export const sessions: Chapter = {
  'V7.1.1': { document: 'docs/security/accounts.md#sessions' },
  'V7.1.2': { document: 'docs/security/accounts.md#sessions' },
  'V7.1.3': NO_FEDERATION,
  'V7.2.1': shown(files.accessTokens, 'are refused when a single thing about them is wrong'),
  'V7.2.2': shown(files.refreshing, 'gives a new token each time'),
  'V7.2.3': shown(files.refreshing, 'refuses what is forged'),
  'V7.2.4': shown(files.signIn, 'begins a session that the user sees'),
  'V7.3.1': shown(files.refreshing, 'is over when nobody refreshed for 30 days'),
  'V7.3.2': shown(files.refreshing, 'is over after 180 days'),
  'V7.4.1': both(
    shown(files.sessions, 'refuse a session that was signed out on the next request'),
    shown(files.revocations, 'is refused by a second process soon after', 'is refused while changes cannot be read'),
    shown(files.waiting, 'does nothing after its session has ended'),
  ),
  'V7.4.2': both(
    shown(files.revocations, 'is any session of a suspended user'),
    shown(files.deletion, 'closes it at once'),
  ),
  'V7.4.3': both(
    shown(files.revocations, 'is any other session after a password change'),
    shown(files.passwords, 'are set by the mailed link, which ends every session'),
  ),
  'V7.4.4': shown(files.accountApp, 'needs no mouse'),
  'V7.4.5': shown(files.revocations, 'is any session of a suspended user'),
  'V7.5.1': both(
    shown(files.stepUp, 'of an account with a second factor is not made by its password alone'),
    shown(files.emailChanges, 'needs the password'),
    shown(files.passwords, 'need the current one'),
    shown(files.callers, 'gets one link only, for however many changes of address'),
  ),
  'V7.5.2': both(
    shown(files.sessions, 'are listed to their owner', 'are ended one by one, or all others at once'),
    shown(files.sessions, 'are ended after a recent proof only'),
  ),
  'V7.5.3': both(
    shown(files.deletion, 'needs the password'),
    shown(files.stepUp, 'is refused to a person after ten minutes, unless a setting says otherwise'),
  ),
  'V7.6.1': NO_FEDERATION,
  'V7.6.2': shown(files.signIn, 'begins a session that the user sees'),
};
