/** Where to go on: only to a page of this app. */
export const ownPage = (next: string | undefined): string =>
  next && /^\/[\w/-]*$/.test(next) && !next.startsWith('//') ? next : '/';
