/** V9 Self-contained Tokens. */
import { both, type Chapter, files, shown } from './evidence.ts';

export const tokens: Chapter = {
  'V9.1.1': shown(files.vectors, 'refuses every token that is invalid', 'takes every valid signature for valid'),
  'V9.1.2': both(
    shown(files.vectors, 'refuses every token that is invalid, of another algorithm'),
    shown(files.accessTokens, 'are refused when a single thing about them is wrong'),
  ),
  'V9.1.3': both(
    shown(files.vectors, 'refuses every token of a key set, or already the key'),
    shown(files.signingKeys, 'verify tokens by what is published, with the key that the token names'),
  ),
  'V9.2.1': shown(files.accessTokens, 'expire after ten minutes'),
  'V9.2.2': shown(files.accessTokens, 'are refused when a single thing about them is wrong'),
  'V9.2.3': shown(files.accessTokens, 'are refused when a single thing about them is wrong'),
  'V9.2.4': shown(files.accessTokens, 'say who, for whom and until when'),
};
