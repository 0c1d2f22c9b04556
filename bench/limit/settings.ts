/** What the limit's server is told when it starts. */
export interface LimitSettings {
  readonly databaseUrl: string;
  readonly issuer: string;
  readonly keyId: string;
  /** PEM. */
  readonly publicKey: string;
  readonly privateKey: string;
  readonly tokenLifetimeSeconds: number;
  /** Opens the secrets of sessions. */
  readonly sealingKey: Uint8Array;
}
