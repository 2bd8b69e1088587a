import { decodeRequest } from '../../otlp/decode-request.ts'
import type { AttributeValue, ExportRequest, Metric, Signal } from '../../otlp/model.ts'
import type { ExportOutcome } from '../pipeline/export-outcome.ts'
import type { Transport } from '../pipeline/transport.ts'

type Write = (text: string) => unknown

/**
 * Writes each span, log record and data point as a line of JSON to standard error: standard output belongs to the
 * service's own log. Attributes are plain, times are nanoseconds as text, and what is empty is left out.
 */
export class ConsoleTransport implements Transport {
  readonly #signal: Signal
  readonly #write: Write

  constructor(signal: Signal, write: Write = (text) => process.stderr.write(text)) {
    this.#signal = signal
    this.#write = write
  }

  send(body: readonly Uint8Array[]): Promise<ExportOutcome> {
    const lines = body.flatMap((bytes) => describeRequest(this.#signal, decodeRequest(this.#signal, bytes)))
    if (lines.length > 0) this.#write(`${lines.join('\n')}\n`)
    return Promise.resolve({ kind: 'delivered' })
  }

  close(): void {}
}

function describeRequest(signal: Signal, request: ExportRequest): readonly string[] {
  const items = request.flatMap((group) =>
    group.scopes.flatMap((scope) => scope.items.flatMap((item) => toLines(item))),
  )
  return items.map((item) => JSON.stringify({ signal, ...item }, replace))
}

function toLines(item: ExportRequest[number]['scopes'][number]['items'][number]): readonly object[] {
  if (!('data' in item)) return [item]
  const { name, unit, data }: Metric = item
  return data.type === 'none' ? [] : data.points.map((point) => ({ name, unit, type: data.type, ...point }))
}

/** Leaves out what says nothing; `bigint` and bytes become text, which JSON has no other form for. */
function replace(_key: string, value: AttributeValue | undefined): unknown {
  if (typeof value === 'bigint') return value === 0n ? undefined : String(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value === '' || (Array.isArray(value) && value.length === 0)) return undefined
  return value
}
