import type { Listenable } from 'seaworthy'
import type { Deeds } from './deeds.ts'

export type Wire = 'http' | 'https' | 'h2c' | 'h2' | 'grpc' | 'tcp'

/** What a protocol may be unable to promise. */
export type OptionalPromise = 'fresh says close' | 'soft deadline'

/** One way to build a server. Each builds the same little service, see {@link Deeds}. */
export interface ServerKind {
  readonly name: string
  /** How clients speak to it. @default http */
  readonly wire?: Wire
  /** Has `/ws`, which answers each message with the same, in upper case. @default true for http and https */
  readonly hasWebSockets?: boolean
  /** Has a hook of its own that closes things, and records it. @default false */
  readonly hasCloseHook?: boolean
  /**
   * How a report names what hangs in `/hang/7`: by the matched route, by the path where there are no routes.
   *
   * @default GET /hang/:id
   */
  readonly hungName?: string
  /**
   * When events without an end of their own are ended: as soon as a shutdown begins, because they are known for what they
   * are; or by the service itself, when it is asked to at the soft deadline.
   *
   * @default at once
   */
  readonly eventsEnd?: 'at once' | 'when asked to'
  /** What it does not promise, each with the reason, which the name of the test tells. @default nothing */
  readonly notPromised?: Readonly<Partial<Record<OptionalPromise, string>>>
  build(deeds: Deeds): Listenable | Promise<Listenable>
}
