/** The features of your product, a line each. `npm run new -- feature NAME` adds one. */
export {};
