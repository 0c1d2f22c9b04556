/** Paths of the limit's server that the service does not have: answers from the token alone, and a refresh by one statement. */
export const CLAIMS = '/claims';
export const REFRESH_ONCE = '/refresh-once';
