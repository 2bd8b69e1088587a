import type { IncomingHttpHeaders } from 'node:http'

/** What becomes of a request. `aside`: it is served, and not counted among those that are in flight. */
export type Verdict = 'serve' | 'aside' | 'refuse'

/** Decides about the requests of one listener. */
export interface Judge {
  /** Nothing is refused, and nothing has to be counted: there is no need to ask. */
  readonly isIdle: boolean
  /** Whether requests are being refused. */
  readonly isShedding: boolean
  /**
   * @param target the path, with or without its query
   * @param besides how many requests come with this one that are not in the account
   */
  judge(method: string, target: string, headers: IncomingHttpHeaders, besides?: number): Verdict
}
