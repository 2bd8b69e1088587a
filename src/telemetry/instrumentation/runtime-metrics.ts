import type { BatchObservableResult, Meter } from '@opentelemetry/api'
import { observeEventLoop } from './event-loop-metrics.ts'
import { observeGarbageCollection } from './garbage-collection-metrics.ts'
import { observeHeap } from './heap-metrics.ts'
import { observeProcess } from './process-metrics.ts'
import type { RuntimePart } from './runtime-part.ts'

/**
 * How the process is doing: event loop, heap, garbage collection, processor, memory, open files. Read when metrics are
 * collected; only the delay of the event loop and garbage collections are noted in between.
 *
 * @returns takes it back
 * @see https://opentelemetry.io/docs/specs/semconv/runtime/nodejs-metrics/
 */
export function observeRuntime(meter: Meter): () => void {
  const parts: readonly RuntimePart[] = [observeEventLoop(meter), observeHeap(meter), observeProcess(meter)]
  const instruments = parts.flatMap((part) => part.instruments)
  const observe = (result: BatchObservableResult): void => {
    for (const part of parts) part.observe(result)
  }
  meter.addBatchObservableCallback(observe, instruments)
  const endGarbageCollection = observeGarbageCollection(meter)
  return () => {
    meter.removeBatchObservableCallback(observe, instruments)
    endGarbageCollection()
    for (const part of parts) part.end?.()
  }
}
