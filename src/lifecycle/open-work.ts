/** What a piece of work is, as reports name it. */
export type WorkKind = 'request' | 'stream' | 'connection' | 'job'

/**
 * A piece of work that is not over. Its name never holds a query, a header, a body or an argument: these are other
 * people's data.
 */
export interface OpenWork {
  /**
   * `request`: HTTP/1.1 · `stream`: HTTP/2, gRPC included · `connection`: a socket that another protocol has taken over
   * (WebSocket, CONNECT), or one of a plain `net` server · `job`: a job of a consumer, a task, a promise in the background
   */
  readonly kind: WorkKind
  /** `GET /orders/:id` by route where it is known, otherwise by path; the name of a job. At most 256 characters. */
  readonly name: string
  readonly ageMs: number
}

/** More would make a report unreadable; counts beside such a list are exact. */
export const MAX_LISTED_WORK = 20
