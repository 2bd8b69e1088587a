import type { SpanKind } from '@opentelemetry/api'
import type { SpanListener } from '../trace/span-watch.ts'

/** Names of the tracers of instrumentations that observe the same as is observed here. */
export const STOCK_HTTP = '@opentelemetry/instrumentation-http'
export const STOCK_UNDICI = '@opentelemetry/instrumentation-undici'
export const STOCK_GRPC = '@opentelemetry/instrumentation-grpc'

/** Has `listener` told of each span that a tracer of this name begins. @returns takes it back */
export type WatchSpans = (name: string, listener: SpanListener) => () => void

export interface StandAsideOptions {
  /** @default nobody is watched */
  readonly watchSpans?: WatchSpans | undefined
  /**
   * Whether whoever has a tracer of this name has a meter of ours, too. One that was set up before the telemetry began
   * has none, and never will: then what it observes is still measured here.
   *
   * @default it has
   */
  readonly isMeasuring?: ((name: string) => boolean) | undefined
  /** What is observed here is left to somebody else from now on. @default nobody is told */
  readonly onStandAside?: ((what: string, name: string) => void) | undefined
}

/**
 * Calls `standAside` once, when a published instrumentation begins its first span of what is observed here, before that
 * span has begun: whoever has set one up has chosen it, and everything else would appear twice.
 *
 * @param what as it is said in the log: requests to servers, by clients
 * @returns stops watching
 */
export function yieldTo(
  name: string,
  kind: SpanKind.CLIENT | SpanKind.SERVER,
  what: string,
  { watchSpans, onStandAside, isMeasuring = () => true }: StandAsideOptions,
  standAside: (isMeasured: boolean) => void,
): () => void {
  const stop = watchSpans?.(name, (started) => {
    if (started !== kind) return
    stop?.()
    standAside(isMeasuring(name))
    onStandAside?.(what, name)
  })
  return () => stop?.()
}
