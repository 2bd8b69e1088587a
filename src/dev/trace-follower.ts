import type { Cancel, Clock } from '../core/clock.ts'
import { kindName, statusName } from '../store/span-words.ts'
import type { StoredSpan } from '../store/stored-item.ts'
import type { TelemetryStore } from '../store/telemetry-store.ts'
import { renderTraceTree } from '../store/view/trace-text.ts'

export interface TraceFollowerOptions {
  readonly clock: Clock
  /** Which traces are shown: those of requests that failed, or all. */
  readonly show: 'failed' | 'all'
  readonly print: (tree: string) => void
}

/** A little more than the interval at which `dev` lets services send, so that what belongs to a request is there. */
const WAIT_MS = 600
/** Trees printed within one wait; when everything fails, a few show why. The others are counted. */
const MAX_WAITING = 10
const MAX_ROWS = 30

/** Prints the trace of a request as a tree, some time after its first span, when its children should have arrived. */
export class TraceFollower {
  readonly #options: TraceFollowerOptions
  readonly #waiting = new Map<string, { readonly cancel: Cancel; readonly store: TelemetryStore }>()
  #left = 0

  constructor(options: TraceFollowerOptions) {
    this.#options = options
  }

  /** Takes note of a span that arrived in `store`. */
  follow(span: StoredSpan, store: TelemetryStore): void {
    const { clock, show } = this.#options
    if (!isEntry(span) || this.#waiting.has(span.traceId)) return
    if (show === 'failed' && statusName(span.status.code) !== 'error') return
    if (this.#waiting.size >= MAX_WAITING) {
      this.#left++
      return
    }
    const cancel = clock.schedule(WAIT_MS, () => this.#show(span.traceId), { keepAlive: false })
    this.#waiting.set(span.traceId, { cancel, store })
  }

  /** Prints at once what is still waited for: nothing more will arrive. */
  end(): void {
    for (const traceId of this.#waiting.keys()) this.#show(traceId)
  }

  #show(traceId: string): void {
    const waiting = this.#waiting.get(traceId)
    waiting?.cancel()
    this.#waiting.delete(traceId)
    const tree = waiting?.store.trace(traceId)
    if (tree !== undefined) this.#options.print(renderTraceTree(tree, { maxRows: MAX_ROWS }))
    if (this.#waiting.size > 0 || this.#left === 0) return
    this.#options.print(`… spans of ${this.#left} more requests came meanwhile, whose traces are not printed`)
    this.#left = 0
  }
}

/** Where work began, as far as this process knows: a request or a message that came in, or the root of a trace. */
function isEntry(span: StoredSpan): boolean {
  const kind = kindName(span.kind)
  return kind === 'server' || kind === 'consumer' || span.parentSpanId === ''
}
