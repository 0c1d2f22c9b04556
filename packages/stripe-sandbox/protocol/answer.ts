/** A request and its answer, apart from any socket: the server, the in-process client and the tests share them. */
export interface ApiRequest {
  method: string;
  /** Path and query, as sent. */
  path: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: string;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}
