import type { ExportRequest, ExportResponse, Signal } from '../otlp/model.ts'
import type { Transport } from './counts.ts'

/** An export request that was received and decoded. */
export interface ReceivedExport {
  readonly signal: Signal
  readonly transport: Transport
  readonly request: ExportRequest
  /** Spans, log records, or metric points. */
  readonly itemCount: number
}

/** An answer other than plain success. */
export type CustomAnswer =
  | {
      /** Answers that a part was rejected, or (with a count of 0) a warning. The whole request is stored all the same. */
      readonly partialSuccess: ExportResponse
    }
  | {
      /** Answers with an error; nothing is stored. */
      readonly refuse: {
        /** @default 503 */
        readonly httpStatus?: number
        /** @default 14, UNAVAILABLE */
        readonly grpcCode?: number
        readonly message?: string
        /** Sent as `Retry-After` (rounded up to whole seconds) over HTTP and as `RetryInfo` in the status. */
        readonly retryDelayMs?: number
        /** How `Retry-After` says it: seconds, or a date. @default "seconds" */
        readonly retryAfterForm?: 'seconds' | 'date'
      }
    }

/**
 * Decides on the answer to an export request before it is stored; nothing returned means success. May wait: the sender
 * waits with it. What it throws becomes an internal error.
 */
export type Respond = (
  received: ReceivedExport,
) => CustomAnswer | undefined | void | Promise<CustomAnswer | undefined | void>
