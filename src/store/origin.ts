import type { ExportRequest, Metric, Signal, SignalItem } from '../otlp/model.ts'
import { type Origin, serviceOf } from './stored-item.ts'

/** Visits every item of a request together with where it came from. */
export function forEachItem<S extends Signal>(
  request: ExportRequest<S>,
  arrivedAtMs: number,
  visit: (item: SignalItem[S], origin: Origin) => void,
): void {
  for (const { resource, scopes } of request) {
    const service = serviceOf(resource)
    for (const { scope, items } of scopes) {
      const origin: Origin = { resource, scope, service, arrivedAtMs }
      for (const item of items) visit(item, origin)
    }
  }
}

/** How many items a request holds, as the protocol counts them: spans, log records, and of metrics the points. */
export function countItems(signal: Signal, request: ExportRequest): number {
  let count = 0
  for (const { scopes } of request) {
    for (const { items } of scopes) {
      if (signal !== 'metrics') count += items.length
      else for (const { data } of items as readonly Metric[]) count += data.type === 'none' ? 0 : data.points.length
    }
  }
  return count
}
