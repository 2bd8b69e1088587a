import type { LogRecord as ApiLogRecord } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { LoggerProvider, type ReadableLogRecord } from '@opentelemetry/sdk-logs'
import { ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { decodeRequest } from '../../../src/otlp/decode-request.ts'
import type { LogRecord } from '../../../src/otlp/model.ts'
import { OpenChunks } from '../../../src/telemetry/encode/open-chunks.ts'
import type { AttributeLimits } from '../../../src/telemetry/env/limits-env.ts'
import {
  EngineLoggerProvider,
  type EngineLoggerProviderOptions,
} from '../../../src/telemetry/logs/engine-logger-provider.ts'
import type { Chunk } from '../../../src/telemetry/pipeline/chunk.ts'
import { SignalLedger } from '../../../src/telemetry/pipeline/signal-ledger.ts'
import { ReadableResource } from '../../../src/telemetry/trace/readable-resource.ts'
import { SpanClock } from '../../../src/telemetry/trace/span-clock.ts'
import { oracleDecode } from '../../otlp/oracle.ts'

export const NO_LIMITS: AttributeLimits = { count: 128, valueLength: Number.POSITIVE_INFINITY }
/** When everything in these tests happens, in milliseconds since 1970. */
export const NOW_MS = 1_767_225_600_123

export class Logs {
  readonly chunks: Chunk[] = []
  readonly ledger = new SignalLedger()
  readonly provider: EngineLoggerProvider
  readonly #open: OpenChunks

  constructor(options: Partial<EngineLoggerProviderOptions> = {}) {
    const resource = { 'service.name': 'shop' }
    this.#open = new OpenChunks({
      signal: 'logs',
      resource: { attributes: resource },
      clock: new ManualClock(),
      ledger: this.ledger,
      sink: { accept: (chunk) => void this.chunks.push(chunk) },
    })
    this.provider = new EngineLoggerProvider({
      chunks: this.#open,
      resource: new ReadableResource(resource),
      limits: NO_LIMITS,
      clock: new SpanClock({ monotonic: () => 1000, wall: () => NOW_MS, originMs: NOW_MS - 1000 }),
      ...options,
    })
  }

  /** What has come out so far, of whatever scope, as our decoder reads it. */
  records(): LogRecord[] {
    this.#open.sealAll()
    return this.chunks.splice(0).flatMap((chunk) => recordsOf(decodeRequest('logs', chunk.bytes)))
  }

  /** The same as the independent decoder reads it, with the scope of each. */
  oracleRecords(): LogRecord[] {
    this.#open.sealAll()
    return this.chunks.splice(0).flatMap((chunk) => recordsOf(oracleDecode('logs', chunk.bytes)))
  }

  scopes(): object[] {
    this.#open.sealAll()
    return this.chunks
      .splice(0)
      .flatMap((chunk) => decodeRequest('logs', chunk.bytes))
      .flatMap((group) => group.scopes.map(({ scope, schemaUrl }) => ({ ...scope, schemaUrl })))
  }
}

interface Groups {
  readonly scopes: readonly { readonly items: readonly LogRecord[] }[]
}

function recordsOf(groups: readonly Groups[]): LogRecord[] {
  return groups.flatMap((group) => group.scopes.flatMap((scope) => [...scope.items]))
}

/** What the stock SDK and its exporter make of a record. */
export function stockRecord(record: ApiLogRecord, limits: AttributeLimits = NO_LIMITS): LogRecord | undefined {
  const emitted: ReadableLogRecord[] = []
  const provider = new LoggerProvider({
    resource: resourceFromAttributes({ 'service.name': 'shop' }),
    logRecordLimits: { attributeCountLimit: limits.count, attributeValueLengthLimit: limits.valueLength },
    processors: [{ onEmit: (one) => void emitted.push(one), forceFlush: async () => {}, shutdown: async () => {} }],
  })
  provider.getLogger('test').emit(record)
  const bytes = ProtobufLogsSerializer.serializeRequest(emitted)
  return recordsOf(decodeRequest('logs', bytes ?? new Uint8Array()))[0]
}
