import type { ShutdownReport } from '../../src/lifecycle/shutdown-report.ts'
import type { Signal } from '../../src/otlp/model.ts'
import type { SignalAccount } from '../../src/telemetry/pipeline/signal-account.ts'

/** What a process holds after its garbage was collected; memory in bytes. */
export interface Held {
  readonly rss: number
  readonly heapUsed: number
  readonly external: number
  readonly arrayBuffers: number
  readonly descriptors: number
  readonly sockets: number
  readonly timers: number
  readonly orders: number
  readonly accounts: Readonly<Record<Signal, SignalAccount>> | undefined
}

/** What the service says to the soak. */
export type ToParent =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'sample'; readonly held: Held }
  | { readonly kind: 'stopped'; readonly orders: number; readonly report: ShutdownReport }
