import { isUtf8 } from 'node:buffer'
import type { Log } from '../core/log.ts'
import { isSeaworthyError } from '../core/seaworthy-error.ts'
import { decodeRequestJson } from '../otlp/decode-request-json.ts'
import { decodeRequest } from '../otlp/decode-request.ts'
import type { ExportRequest, ExportResponse, Signal } from '../otlp/model.ts'
import { countItems } from '../store/origin.ts'
import type { TelemetryStore } from '../store/telemetry-store.ts'
import type { CountKeeper, Transport } from './counts.ts'
import { type Failure, failure, isFailure } from './failure.ts'
import type { CustomAnswer, Respond } from './respond.ts'

const COMPLETE_SUCCESS: ExportResponse = { rejectedCount: 0, errorMessage: '' }

/** What happens to a body once it is there, the same for all transports: decode, decide, store, count. */
export class Ingest {
  readonly #store: TelemetryStore
  readonly #counts: CountKeeper
  readonly #respond: Respond | undefined
  readonly #log: Log

  constructor(store: TelemetryStore, counts: CountKeeper, respond: Respond | undefined, log: Log) {
    this.#store = store
    this.#counts = counts
    this.#respond = respond
    this.#log = log
  }

  /**
   * Resolves with the answer to give; never rejects.
   *
   * @param respond decides in place of the option
   * @param onCounted told how many items there are, when they can be read
   */
  async accept(
    signal: Signal,
    transport: Transport,
    bytes: Uint8Array,
    respond: Respond | undefined = this.#respond,
    onCounted?: (itemCount: number) => void,
  ): Promise<ExportResponse | Failure> {
    const request = this.#decode(signal, transport, bytes)
    if (isFailure(request)) return this.reject(signal, transport, request)
    const itemCount = countItems(signal, request)
    onCounted?.(itemCount)
    let custom: CustomAnswer | undefined | void
    try {
      custom = await respond?.({ signal, transport, request, itemCount })
    } catch (error) {
      this.#log.error({ err: error, signal, transport }, 'receiver: the respond option threw')
      return this.reject(signal, transport, failure('internal', 'The respond option threw'), itemCount)
    }
    if (custom !== undefined && 'refuse' in custom) {
      const { message = 'Refused', ...rest } = custom.refuse
      return this.reject(signal, transport, failure('refused', message, rest), itemCount)
    }
    const response = custom?.partialSuccess ?? COMPLETE_SUCCESS
    this.#store.add(signal, request, bytes.byteLength)
    this.#counts.accepted(transport, signal, itemCount, response.rejectedCount)
    return response
  }

  /** Counts an export request that is answered with a failure. */
  reject(signal: Signal, transport: Transport, reason: Failure, itemCount = 0): Failure {
    this.#counts.rejected(transport, signal, itemCount)
    return this.#counts.failed(reason)
  }

  #decode(signal: Signal, transport: Transport, bytes: Uint8Array): ExportRequest | Failure {
    try {
      if (transport !== 'http/json') return decodeRequest(signal, bytes)
      if (!isUtf8(bytes)) return failure('malformed', `${signal}: the body is not UTF-8`)
      return decodeRequestJson(signal, new TextDecoder().decode(bytes))
    } catch (error) {
      if (isSeaworthyError(error, 'SEA_OTLP_MALFORMED')) return failure('malformed', error.message)
      this.#log.error({ err: error, signal, transport }, 'receiver: a request could not be decoded')
      return failure('internal', 'The request could not be decoded')
    }
  }
}
