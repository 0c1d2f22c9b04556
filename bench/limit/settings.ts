/** The settings of the limit's server. */
export interface LimitSettings {
  readonly databaseUrl: string;
  readonly issuer: string;
  readonly keyId: string;
  /** The public key in PEM format. */
  readonly publicKey: string;
  readonly privateKey: string;
  readonly tokenLifetimeSeconds: number;
  /** The key that unseals the secrets of sessions. */
  readonly sealingKey: Uint8Array;
}
