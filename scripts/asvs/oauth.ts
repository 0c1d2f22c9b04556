/**
 * V10 OAuth and OIDC. The service is a client of identity providers. As an authorization server it exchanges tokens (RFC 8693) and introspects
 * them, and has no authorization endpoint. Its own tokens follow RFC 9068.
 */
import { both, type Chapter, files, shown } from './evidence.ts';

const NO_SERVER = {
  absent:
    'There is no authorization endpoint, and no client that people consent to: tokens are issued for a sign-in to the product’s own frontend, and exchanged by it.',
};
const BEARER = {
  open: 'Access tokens are bearer tokens. They live ten minutes and are refused as soon as their session ends. DPoP would change every client.',
};

export const oauth: Chapter = {
  'V10.1.1': shown(files.cookies, 'puts the refresh token into a cookie that scripts'),
  'V10.1.2': both(
    shown(files.providers, 'belongs to the browser that began', 'takes the state of one sign-in for no other'),
    shown(files.idTokens, 'is refused when a single thing about it is wrong'),
  ),
  'V10.2.1': shown(files.providers, 'belongs to the browser that began', 'takes the state of one sign-in for no other'),
  'V10.2.2': both(
    shown(files.providers, 'refuses an answer that names another issuer'),
    shown(files.providersInTrouble, 'cannot be mixed up with another one'),
  ),
  'V10.2.3': shown(files.providersInTrouble, 'know GitHub: the number is the person'),
  'V10.3.1': shown(files.accessTokens, 'are refused when a single thing about them is wrong'),
  'V10.3.2': both(
    shown(files.accessTokens, 'say who, for whom and until when'),
    shown(files.authorization, 'lets a key do what its one scope allows'),
  ),
  'V10.3.3': shown(files.accessTokens, 'say who, for whom and until when'),
  'V10.3.4': shown(
    files.stepUp,
    'is not made by a session on a remembered device',
    'of an account with a second factor is not made by its password alone',
  ),
  'V10.3.5': BEARER,
  'V10.4.1': NO_SERVER,
  'V10.4.2': NO_SERVER,
  'V10.4.3': NO_SERVER,
  'V10.4.4': NO_SERVER,
  'V10.4.5': shown(
    files.refreshing,
    'ends the session when a token is used again after its successor was used',
    'ends the session when a token two generations back is used',
    'leaves one live branch after 50 parallel uses',
  ),
  'V10.4.6': NO_SERVER,
  'V10.4.7': NO_SERVER,
  'V10.4.8': shown(files.refreshing, 'is over after 180 days, however often it was refreshed'),
  'V10.4.9': both(
    shown(files.sessions, 'are ended one by one, or all others at once'),
    shown(files.apiKeys, 'stop with a revocation'),
  ),
  'V10.4.10': shown(files.serviceTokens, 'is asked about, as a form too, by service clients alone'),
  'V10.4.11': NO_SERVER,
  'V10.4.12': NO_SERVER,
  'V10.4.13': NO_SERVER,
  'V10.4.14': BEARER,
  'V10.4.15': NO_SERVER,
  'V10.4.16': NO_SERVER,
  'V10.5.1': shown(files.idTokens, 'is refused when a single thing about it is wrong'),
  'V10.5.2': shown(files.providers, 'registers a person whose address the provider vouches for, and finds the account'),
  'V10.5.3': shown(files.idTokens, 'identifies nobody whom another provider knows'),
  'V10.5.4': shown(files.idTokens, 'is refused when a single thing about it is wrong'),
  'V10.5.5': { absent: 'There is no back-channel logout: a session here does not end with the one at the provider.' },
  'V10.6.1': NO_SERVER,
  'V10.6.2': NO_SERVER,
  'V10.7.1': NO_SERVER,
  'V10.7.2': NO_SERVER,
  'V10.7.3': NO_SERVER,
};
