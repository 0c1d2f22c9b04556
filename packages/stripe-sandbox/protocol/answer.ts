/** A request and its answer, independent of sockets: the server, the in-process client and the tests share them. */
export interface ApiRequest {
  method: string;
  /** The path and query, as sent. */
  path: string;
  /** Header names are in lower case. */
  headers: Record<string, string>;
  body: string;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}
