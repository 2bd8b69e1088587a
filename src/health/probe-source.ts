/** A complete answer to a probe, made from memory: the caller only has to write it. */
export interface ProbeAnswer {
  /** Nothing else is ever answered: a kubelet takes 200 to 399 as success, and a 500 looks like a bug. */
  readonly status: 200 | 503
  readonly contentType: string
  /** The whole body. A HEAD request gets its length in `content-length`, and no body. */
  readonly body: string
  /** Further headers, lower case, such as `cache-control: no-store`. `content-type` and `content-length` are not here. */
  readonly headers: Readonly<Record<string, string>>
}

export interface ProbeRequest {
  /**
   * Whether the asker may see the checks by name, with their messages: these can hold host names of dependencies. True
   * only for loopback or with a token; the body then says more, the status never depends on it.
   */
  readonly details: boolean
  /** Whether the asker wants a line for each check (`?verbose`, as Kubernetes' own servers have it). */
  readonly verbose: boolean
  /** The request's `accept` header: JSON is sent to those who ask for it, plain text to the others. */
  readonly accept?: string | undefined
  /**
   * The format asked for by name: `plain`, `json`, `health+json` or `nest`. It goes before `accept`; another name is
   * ignored.
   *
   * @default what `?format=` of the path says, if it still has its query
   */
  readonly format?: string | undefined
}

/** What answers `/livez`, `/readyz`, `/startupz`, `/healthz` and `/healthz/<group>`; a server does the HTTP around it. */
export interface ProbeSource {
  /**
   * The answer for `path` (of a query only `format` counts), or `undefined` when the path is no probe. Never throws, never waits and
   * never runs a check.
   */
  answer(path: string, request: ProbeRequest): ProbeAnswer | undefined
}
