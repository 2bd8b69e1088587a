import type { At } from './at.ts'

/** The command was started. */
export interface SpawnedEvent extends At {
  readonly kind: 'spawned'
  readonly pid: number
  readonly command: string
  /** Whether it is process 1 of a namespace of its own, as in a container. */
  readonly isPid1: boolean
  /** Which replica, in a rollout. */
  readonly pod?: string
}

/** A process that the command started, found by the marker in its environment. */
export interface ProcessSeenEvent extends At {
  readonly kind: 'process-seen'
  readonly pid: number
  readonly parentPid: number
  readonly command: string
  readonly pod?: string
}

/** A port of the service opened or closed for new connections. */
export interface ListeningEvent extends At {
  readonly kind: 'listening'
  readonly what: 'opened' | 'closed'
  readonly port: number
  readonly host: string
  readonly pid: number
  /** Between two looks at the sockets: it happened at most so long before `at`. */
  readonly resolutionMs: number
  readonly pod?: string
}

/** A line that the service wrote. */
export interface OutputEvent extends At {
  readonly kind: 'output'
  readonly stream: 'stdout' | 'stderr'
  /** Cut off after 16 KiB. */
  readonly line: string
  /** Lines and bytes that were not kept since the one before, because there were too many. */
  readonly droppedLines?: number
  readonly droppedBytes?: number
  readonly pod?: string
}

/** What the kernel says of the service, with all of its processes. */
export interface ReadingEvent extends At {
  readonly kind: 'reading'
  readonly rssBytes: number
  /** Of all processes, user and system, since they were started. */
  readonly cpuMs: number
  readonly openFileCount: number
  readonly threadCount: number
  readonly processCount: number
  /** TCP sockets by state, such as `ESTABLISHED` and `CLOSE_WAIT`; only in readings that looked. */
  readonly sockets?: Readonly<Record<string, number>>
  readonly pod?: string
}

/** A signal was sent to the process that was started, and to nobody else, as a kubelet does. */
export interface SignalEvent extends At {
  readonly kind: 'signal'
  readonly signal: NodeJS.Signals
  /** Whether the signal was part of the trial, or ended what would not end. */
  readonly why: 'trial' | 'cleanup'
  readonly pod?: string
}

/** The process that was started has ended. */
export interface ExitedEvent extends At {
  readonly kind: 'exited'
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly pod?: string
}

/** A process of the service was still there after its root had ended. */
export interface LeftBehindEvent extends At {
  readonly kind: 'left-behind'
  readonly pid: number
  readonly command: string
  /** Ports on which it still took connections. */
  readonly ports: readonly number[]
  readonly pod?: string
}
