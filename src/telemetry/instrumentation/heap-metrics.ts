import type { Meter } from '@opentelemetry/api'
import { getHeapSpaceStatistics } from 'node:v8'
import type { RuntimePart } from './runtime-part.ts'

/**
 * The memory of V8, by the spaces of its heap.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/runtime/v8js-metrics/
 */
export function observeHeap(meter: Meter): RuntimePart {
  const bytes = (name: string, description: string) =>
    meter.createObservableUpDownCounter(name, { unit: 'By', description })
  const used = bytes('v8js.memory.heap.used', 'Heap Memory size allocated.')
  const size = bytes('v8js.memory.heap.space.size', 'Total heap memory size pre-allocated for a heap space.')
  const available = bytes('v8js.memory.heap.space.available_size', 'Heap space available size.')
  const physical = bytes('v8js.memory.heap.space.physical_size', 'Committed size of a heap space.')
  return {
    instruments: [used, size, available, physical],
    observe(result) {
      for (const space of getHeapSpaceStatistics()) {
        const attributes = { 'v8js.heap.space.name': space.space_name }
        result.observe(used, space.space_used_size, attributes)
        result.observe(size, space.space_size, attributes)
        result.observe(available, space.space_available_size, attributes)
        result.observe(physical, space.physical_space_size, attributes)
      }
    },
  }
}
