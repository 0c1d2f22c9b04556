/**
 * The types of what features add to development: pages, as long as there is no frontend, and stand-ins for services of production. `dev/`
 * shows and starts them.
 */
import type { Html } from './http/html.ts';

/** An input of a form. */
export interface Field {
  name: string;
  label: string;
  type: 'email' | 'password' | 'text';
  autocomplete: string;
  hint?: string;
  optional?: true;
}

/** A link that a page shows. */
export interface Link {
  href: string;
  text: string;
}

/** A page with one form, which sends one request of the API. */
export interface FormPage {
  path: string;
  title: string;
  /** A sentence for the reader, in inline Markdown. */
  purpose: string;
  /** The method and path of the request that the button sends. */
  call: `POST /v1/${string}`;
  button: string;
  fields: readonly Field[];
  /** True if the request takes the token in the page's URL. */
  token?: true;
  /** True if the request needs an access token. The form then signs in first, with its fields `email` and `password`. */
  signsIn?: true;
  /** True if the answer has a `url`, to which the browser goes. */
  follows?: true;
  /** The text that is shown after success. */
  done: string;
  next?: Link;
  /** Links that may help after a failure. */
  again?: readonly Link[];
}

/** A page of another kind. */
export interface TextPage<Config> {
  path: string;
  title: string;
  /** @param standIn URL of the feature's stand-in, if the service uses it */
  main(config: Config, standIn: string | undefined): Html;
}

/** Runs beside the service in place of a service of production. */
export interface StandIn<Config, Used> {
  readonly name: string;
  /** A few words about the page at its URL. */
  readonly about: string;
  /** @param config as it was given @returns true if it names no service to use instead */
  isNeeded(config: Config): boolean;
  /** @returns the settings that lead the service to the stand-in */
  settings(config: Config): object;
  /** @param config the completed configuration @returns the URL for people; undefined if the service uses something else */
  url(config: Config): string | undefined;
  /**
   * Starts it, once the service listens.
   * @param directory the folder of this service's data
   * @throws Error that says what to do, e.g. if its port is in use
   */
  start(service: Used, config: Config, directory: string): Promise<{ close(): Promise<void> }>;
}

/** A feature's additions to development. Their forms and pages have the paths that links in emails lead to. */
export interface Development<Config, Used> {
  readonly forms?: readonly FormPage[];
  readonly pages?: readonly TextPage<Config>[];
  readonly standIn?: StandIn<Config, Used>;
}
