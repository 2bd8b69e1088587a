import type { Signal } from '../otlp/model.ts'
import type { Transport } from './counts.ts'
import type { FaultKind } from './fault.ts'

/** A request of an exporter that has come to its end: it was answered, or its connection is closed. */
export interface EndedExport {
  /** `unknown` when only a connection met the fault. */
  readonly signal: Signal | 'unknown'
  /** `unknown` when its body was not taken in. */
  readonly transport: Transport | 'unknown'
  /** When its headers were there (or its connection), in milliseconds on the scale of the receiver's clock. */
  readonly startedAtMs: number
  readonly endedAtMs: number
  /** What was taken in of it, without compression; 0 when nothing was. */
  readonly byteCount: number
  /** Spans, log records, metric points that were taken in. */
  readonly itemCount: number
  /** The fault that it met; absent when there was none. */
  readonly fault?: FaultKind
}

/** Is told of each. What it throws is an uncaught exception: a mistake of the listener. */
export type OnExport = (ended: EndedExport) => void
