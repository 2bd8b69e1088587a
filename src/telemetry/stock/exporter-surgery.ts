import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import type { Clock } from '../../core/clock.ts'
import { suppressTracing } from '../context-keys.ts'
import type { ExportOutcome, Send } from '../pipeline/export-outcome.ts'
import {
  describeTransportError,
  isRefusedConnection,
  isWorthRetrying,
  type TransportResponse,
} from './transport-response.ts'

/** What the stock OTLP exporters have in common. */
export interface StockExporter<P> {
  export(payload: P, done: (result: { readonly code: number; readonly error?: Error }) => void): void
  shutdown(): Promise<void>
}

interface Transport {
  send(data: Uint8Array, timeoutMs: number): Promise<TransportResponse>
  shutdown(): void
  /** Only on the retrying one. */
  _transport?: Transport
}

interface PartialSuccessResponse {
  readonly partialSuccess?: Readonly<Record<string, unknown>>
}

interface ExportDelegate {
  _transport: Transport
  _responseHandler: { handleResponse(response: PartialSuccessResponse | undefined): void }
}

export interface ObserveOptions {
  readonly clock: Clock
  /** Limit of one attempt from connecting to the last byte of the answer. */
  readonly timeoutMs: number
  /** Cuts what is on the wire. */
  readonly cut: () => void
}

/**
 * Turns a stock exporter into a {@link Send} that says what really happened. The stock one tells "failed"
 * without saying whether another attempt makes sense, counts a partial success as a full one, sleeps inside between
 * attempts of its own, never tries again over gRPC, and over HTTP has no limit for connecting or for an answer that
 * trickles. All of that is decided in two private fields, which are replaced here: the transport (attempts, time
 * limit) and the response handler (partial success). The versions of the exporters are pinned exactly, and a test
 * holds these fields. This file goes when the exporters go.
 *
 * Takes one batch at a time, as a queue does.
 */
export function observeExporter<P>(exporter: StockExporter<P>, options: ObserveOptions): Send<P> {
  const delegate = (exporter as unknown as { readonly _delegate: ExportDelegate })._delegate
  const inner = delegate._transport._transport ?? delegate._transport
  let observed: ExportOutcome | undefined

  delegate._transport = {
    async send(data, timeoutMs) {
      const response = await answerInTime(inner.send(data, timeoutMs), options)
      observed = toOutcome(response)
      return response
    },
    shutdown: () => inner.shutdown(),
  }
  delegate._responseHandler = {
    handleResponse(response) {
      observed = readPartialSuccess(response)
    },
  }

  return (payload, done, signal) => {
    observed = undefined
    signal.addEventListener('abort', options.cut, { once: true })
    const onResult = (result: { readonly error?: Error }): void => {
      signal.removeEventListener('abort', options.cut)
      // Nothing observed: the exporter gave up before it sent anything.
      done(observed ?? { kind: 'refused', reason: describeTransportError(result.error) })
    }
    // Telemetry of sending telemetry would never end.
    context.with(suppressTracing(ROOT_CONTEXT), () => exporter.export(payload, onResult))
  }
}

async function answerInTime(
  sending: Promise<TransportResponse>,
  { clock, timeoutMs, cut }: ObserveOptions,
): Promise<TransportResponse> {
  let cancel = (): void => {}
  const limit = new Promise<TransportResponse>((resolve) => {
    cancel = clock.schedule(
      timeoutMs,
      () => {
        resolve({ status: 'retryable', error: new Error(`no answer within ${timeoutMs} ms`) })
        cut()
      },
      { keepAlive: false },
    )
  })
  try {
    return await Promise.race([sending, limit])
  } catch (error) {
    return { status: 'failure', error: error instanceof Error ? error : new Error(String(error)) }
  } finally {
    cancel()
  }
}

function toOutcome(response: TransportResponse): ExportOutcome {
  if (response.status === 'success') return { kind: 'delivered' }
  const reason = describeTransportError(response.error)
  if (!isWorthRetrying(response)) return { kind: 'refused', reason }
  const askedForMs = response.retryInMillis
  const isNobodyThere = isRefusedConnection(response.error)
  return { kind: 'retry', reason, isNobodyThere, ...(askedForMs === undefined ? {} : { retryAfterMs: askedForMs }) }
}

function readPartialSuccess(response: PartialSuccessResponse | undefined): ExportOutcome {
  const { errorMessage, ...counts } = response?.partialSuccess ?? {}
  // rejectedSpans, rejectedDataPoints or rejectedLogRecords; a number, or a text or object for 64 bits.
  const rejectedCount = Number(Object.values(counts)[0] ?? 0)
  return {
    kind: 'delivered',
    rejectedCount: Number.isFinite(rejectedCount) ? rejectedCount : 0,
    message: typeof errorMessage === 'string' ? errorMessage : '',
  }
}
