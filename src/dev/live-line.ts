import { kindName, statusName } from '../store/span-words.ts'
import type { StoredSpan } from '../store/stored-item.ts'
import { printable } from '../store/view/printable.ts'
import { formatMs } from '../store/view/trace-text.ts'

/** What a span means to somebody who watches: a request, an error inside of one, or nothing to show by itself. */
export type LiveKind = 'request' | 'error'

export interface LiveLine {
  readonly kind: LiveKind
  readonly text: string
}

const MAX_NAME = 80

/** One line for a span that arrived, or `undefined` for spans that are only seen inside their trace. */
export function toLiveLine(span: StoredSpan): LiveLine | undefined {
  const took = formatMs(Number(span.endTimeUnixNano - span.startTimeUnixNano) / 1e6)
  const name = printable(span.name, MAX_NAME)
  const failed = statusName(span.status.code) === 'error'
  if (kindName(span.kind) === 'server') {
    const status = span.attributes['http.response.status_code'] ?? (failed ? 'failed' : 'ok')
    return {
      kind: failed ? 'error' : 'request',
      text: `${span.service}  ${name}  ${toText(status)}  ${took}  trace ${span.traceId}`,
    }
  }
  if (!failed) return undefined
  const reason = span.status.message || toText(span.attributes['error.type'] ?? 'error')
  return {
    kind: 'error',
    text: `${span.service}  ${name}  ${printable(reason, MAX_NAME)}  ${took}  trace ${span.traceId}`,
  }
}

function toText(value: StoredSpan['attributes'][string] | undefined): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
