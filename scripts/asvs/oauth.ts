/**
 * V10 OAuth and OIDC. The service is neither an authorization server nor a client. Its own tokens follow RFC 9068, so the requirements for
 * resource servers apply.
 */
import { both, type Chapter, files, shown } from './evidence.ts';

const NO_CLIENT = { absent: 'The service is neither an OAuth client nor an OIDC relying party.' };
const NO_SERVER = {
  absent:
    'The service is not an OAuth authorization server: it issues tokens for a password, to the product’s own frontend.',
};
const BEARER = {
  open: 'Access tokens are bearer tokens. They live ten minutes and are refused as soon as their session ends. DPoP would change every client.',
};

export const oauth: Chapter = {
  'V10.1.1': shown(files.cookies, 'puts the refresh token into a cookie that scripts'),
  'V10.1.2': NO_CLIENT,
  'V10.2.1': NO_CLIENT,
  'V10.2.2': NO_CLIENT,
  'V10.2.3': NO_CLIENT,
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
  'V10.4.10': NO_SERVER,
  'V10.4.11': NO_SERVER,
  'V10.4.12': NO_SERVER,
  'V10.4.13': NO_SERVER,
  'V10.4.14': BEARER,
  'V10.4.15': NO_SERVER,
  'V10.4.16': NO_SERVER,
  'V10.5.1': NO_CLIENT,
  'V10.5.2': NO_CLIENT,
  'V10.5.3': NO_CLIENT,
  'V10.5.4': NO_CLIENT,
  'V10.5.5': NO_CLIENT,
  'V10.6.1': NO_SERVER,
  'V10.6.2': NO_SERVER,
  'V10.7.1': NO_SERVER,
  'V10.7.2': NO_SERVER,
  'V10.7.3': NO_SERVER,
};
