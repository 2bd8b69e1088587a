import type { BatchObservableResult, Meter } from '@opentelemetry/api'
import { readerOf } from '../metrics/reading-result.ts'
import { observeActiveResources } from './active-resource-metrics.ts'
import { observeEventLoop } from './event-loop-metrics.ts'
import { observeGarbageCollection } from './garbage-collection-metrics.ts'
import { observeHeap } from './heap-metrics.ts'
import { observeLinuxProcess } from './linux-process-metrics.ts'
import { observeProcess } from './process-metrics.ts'
import type { RuntimePart } from './runtime-part.ts'

/**
 * How the process is doing: event loop, heap, garbage collection, processor, memory, threads, open files. Read when
 * metrics are collected; only the delay of the event loop and garbage collections are noted in between.
 *
 * @returns takes it back
 * @see https://opentelemetry.io/docs/specs/semconv/runtime/nodejs-metrics/
 */
export function observeRuntime(meter: Meter): () => void {
  const parts: readonly RuntimePart[] = [
    observeEventLoop(meter),
    observeHeap(meter),
    observeActiveResources(meter),
    observeProcess(meter),
    observeLinuxProcess(meter),
  ]
  // A callback each: where one part cannot be read, the others still are.
  const endings = parts.map(({ instruments, observe, end }) => {
    const observables = Array.from(instruments)
    const callback = (result: BatchObservableResult): void | Promise<void> => observe(result, readerOf(result))
    meter.addBatchObservableCallback(callback, observables)
    return () => {
      meter.removeBatchObservableCallback(callback, observables)
      end?.()
    }
  })
  endings.push(observeGarbageCollection(meter))
  return () => {
    for (const end of endings) end()
  }
}
