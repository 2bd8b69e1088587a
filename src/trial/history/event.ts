import type { At } from './at.ts'
import type { RequestEvent, ConnectionEvent, SessionEvent, SocketEvent } from './client-events.ts'
import type { DependencyEvent, DownstreamEvent, FaultEvent } from './fault-events.ts'
import type { EndpointsEvent, PodEvent } from './fleet-events.ts'
import type {
  ExitedEvent,
  LeftBehindEvent,
  ListeningEvent,
  OutputEvent,
  ProcessSeenEvent,
  ReadingEvent,
  SignalEvent,
  SpawnedEvent,
} from './process-events.ts'
import type { ExportEvent, LogEvent, MetricEvent, SpanEvent } from './telemetry-events.ts'

/** A probe was asked, on a connection of its own, as a kubelet does. */
export interface ProbeEvent extends At {
  readonly kind: 'probe'
  readonly probe: ProbeName
  readonly startedAt: number
  readonly path: string
  readonly port: number
  /** Absent when no complete answer came. */
  readonly status?: number
  /** Status 200 to 399 within the time limit: what a kubelet calls a success. */
  readonly isSuccess: boolean
  /** The first bytes of the answer. */
  readonly body?: string
  /** Which replica, in a rollout. */
  readonly pod?: string
}

/** Which probe is meant. */
export type ProbeName = 'ready' | 'live' | 'startup'

/** How quiet the machine was, over the interval since the event before. */
export interface NoiseEvent extends At {
  readonly kind: 'noise'
  readonly startedAt: number
  /** Share of the time in which something waited for a processor, 0 to 1; absent where the kernel doesn't say. */
  readonly cpuPressureRatio?: number
  /** Share of the processors' time that the hypervisor gave to others, 0 to 1. */
  readonly stealRatio?: number
  /** How late requests were sent, at the 99th percentile. */
  readonly latenessMs: number
  /** How long our own event loop was busy at a stretch, at most. */
  readonly loopDelayMs: number
  /** Median answer of the control service, which does nothing but answer; absent without one. */
  readonly controlMs?: number
}

/** A moment of the procedure, such as "load began": what the judges divide a lifetime by. */
export interface MarkEvent extends At {
  readonly kind: 'mark'
  readonly name: string
  readonly data: Readonly<Record<string, string | number | boolean>>
}

/** Something that happened in the lifetime of a process under trial. */
export type HistoryEvent =
  | SpawnedEvent
  | ProcessSeenEvent
  | ListeningEvent
  | OutputEvent
  | ReadingEvent
  | SignalEvent
  | ExitedEvent
  | LeftBehindEvent
  | RequestEvent
  | ConnectionEvent
  | SessionEvent
  | SocketEvent
  | ProbeEvent
  | SpanEvent
  | LogEvent
  | MetricEvent
  | ExportEvent
  | FaultEvent
  | DependencyEvent
  | DownstreamEvent
  | PodEvent
  | EndpointsEvent
  | NoiseEvent
  | MarkEvent

/** What an event is called. */
export type EventKind = HistoryEvent['kind']

/** An event of one kind. */
export type EventOf<Kind extends EventKind> = Extract<HistoryEvent, { readonly kind: Kind }>
