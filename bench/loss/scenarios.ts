import type { Fault } from '../../src/receiver/fault.ts'
import { FULL_DISK_KIB, HEALTHY_MS, KILL_WINDOW_MS, RATE_PER_S } from './settings.ts'

/** What happens to a service and its collector. */
export interface Scenario {
  readonly id: string
  readonly title: string
  /** What happens, for the page. */
  readonly what: string
  readonly ratePerS: number
  /** How the collector fails after its healthy time. @default not at all */
  readonly fault?: Fault
  /** For how long; the service ends `tailMs` later. Absent: until the next process is there. */
  readonly faultMs?: number
  /** How long the work goes on after the fault, or without one. */
  readonly tailMs: number
  readonly end: 'SIGTERM' | 'SIGKILL' | 'exit' | 'uncaught'
  readonly isDiskFull?: boolean
  /** Spans are created by requests, and as many as are answered. */
  readonly isServer?: boolean
  /** Spans of ours that may be lost without being counted: those of a window before the end. @default 0 */
  readonly windowMs?: number
  /** By which factor a quick run shortens the times. */
  readonly quickScale: number
}

const OUTAGE_MS = 20_000
const TAIL_MS = 5000
const RETRY_AFTER = '2s'

function outage(id: string, title: string, fault: Fault, what: string, more: Partial<Scenario> = {}): Scenario {
  return {
    id,
    title,
    what: `${what} Then the collector works again, ${TAIL_MS / 1000} s of work later SIGTERM.`,
    ratePerS: RATE_PER_S,
    fault,
    faultMs: OUTAGE_MS,
    tailMs: TAIL_MS,
    end: 'SIGTERM',
    quickScale: 0.4,
    ...more,
  }
}

function death(id: string, title: string, end: Scenario['end'], what: string, more: Partial<Scenario> = {}): Scenario {
  return { id, title, what, ratePerS: RATE_PER_S, tailMs: HEALTHY_MS, end, quickScale: 1, ...more }
}

/** In the order of the page. */
export const SCENARIOS: readonly Scenario[] = [
  outage('down-20s', 'Collector down for 20 s', { kind: 'refuse' }, 'Connections are refused for 20 s.'),
  outage('down-5min', 'Collector down for 5 minutes', { kind: 'refuse' }, 'Connections are refused for 5 minutes.', {
    faultMs: 300_000,
    quickScale: 0.04,
  }),
  outage(
    'slow',
    'A slow collector, 5,000 spans/s',
    { kind: 'slow', delay: '2s' },
    'Every export is answered after 2 s, for 20 s.',
    { ratePerS: 5000, quickScale: 0.5 },
  ),
  outage(
    'flapping',
    'A flapping collector',
    { kind: 'flap', fault: { kind: 'refuse' }, faulty: '2s', healthy: '1s' },
    'Connections are refused for 2 s, accepted for 1 s, and so on, for 20 s.',
  ),
  outage(
    '503-retry-after',
    '503 with Retry-After',
    { kind: 'status', httpStatus: 503, grpcCode: 14, retryAfter: RETRY_AFTER },
    `Every export is answered with 503 and \`Retry-After: 2\` (gRPC: UNAVAILABLE with RetryInfo), for 20 s.`,
  ),
  outage(
    'resource-exhausted',
    'RESOURCE_EXHAUSTED with RetryInfo',
    { kind: 'status', httpStatus: 429, grpcCode: 8, retryAfter: RETRY_AFTER },
    `Every export is answered with RESOURCE_EXHAUSTED and a RetryInfo of 2 s (HTTP: 429 with \`Retry-After\`), for 20 s.`,
  ),
  outage(
    'blackhole',
    'Blackhole',
    { kind: 'blackhole' },
    'Connections and requests are taken and never answered, for 30 s.',
    { faultMs: 30_000 },
  ),
  outage('syn-blackhole', 'SYN blackhole', { kind: 'syn-blackhole' }, 'Connections never come about, for 30 s.', {
    faultMs: 30_000,
  }),
  outage('reset', 'Reset', { kind: 'reset' }, 'Every connection is reset in place of an answer, for 20 s.'),
  death(
    'restart',
    'Restart during an outage',
    'SIGTERM',
    'Connections are refused; SIGTERM, and the next process begins while they still are.',
    { fault: { kind: 'refuse' }, tailMs: 3000 },
  ),
  death('sigterm', 'SIGTERM under load', 'SIGTERM', 'SIGTERM at 5,000 spans a second.', { ratePerS: 5000 }),
  death(
    'sigterm-server',
    'SIGTERM of a server under load',
    'SIGTERM',
    'A server of `node:http` that creates a span for each request, while clients on 8 connections ask as fast as they are answered.',
    { isServer: true },
  ),
  death(
    'sigterm-blackhole',
    'SIGTERM while the collector hangs',
    'SIGTERM',
    'Requests are taken and never answered when SIGTERM comes; shutting down must not wait for them.',
    { fault: { kind: 'blackhole' }, tailMs: 3000 },
  ),
  death('uncaught', 'Uncaught exception', 'uncaught', 'A timer throws.'),
  death('exit', 'process.exit()', 'exit', '`process.exit(0)` in the middle of the work.'),
  death('sigkill', 'SIGKILL', 'SIGKILL', 'SIGKILL in the middle of the work, as when memory is used up.', {
    windowMs: KILL_WINDOW_MS,
  }),
  outage(
    'disk-full',
    'Collector down, disk full',
    { kind: 'refuse' },
    `Connections are refused for 10 s, and the file system of the spool holds ${FULL_DISK_KIB} KiB.`,
    { faultMs: 10_000, isDiskFull: true },
  ),
]
