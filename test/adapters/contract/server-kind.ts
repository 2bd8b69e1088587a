import type { Listenable } from 'seaworthy'
import type { Deeds } from './deeds.ts'

export type Wire = 'http' | 'https' | 'h2c' | 'h2'

/** One way to build a server. Each builds the same little service, see {@link Deeds}. */
export interface ServerKind {
  readonly name: string
  /** How clients speak to it. @default http */
  readonly wire?: Wire
  /** Has `/ws`, which answers each message with the same, in upper case. @default true for http and https */
  readonly hasWebSockets?: boolean
  /** Has a hook of its own that closes things, and records it. @default false */
  readonly hasCloseHook?: boolean
  /** How a report names `/hang/7`: the matched route, or the path where there are no routes. @default /hang/:id */
  readonly hangRoute?: string
  build(deeds: Deeds): Listenable | Promise<Listenable>
}
