import type { ProbeEvent } from '../../src/trial/history/event.ts'
import type { OutputEvent, SpawnedEvent } from '../../src/trial/history/process-events.ts'

/** The command was started. */
export function makeSpawned(at: number): SpawnedEvent {
  return { kind: 'spawned', at, pid: 42, command: 'node server.js', isPid1: false }
}

/** An answer of the readiness probe that took 5 ms, unless it says otherwise; `status: undefined` is none in time. */
export function makeProbe(
  changes: Omit<Partial<ProbeEvent>, 'status'> & { readonly startedAt: number; readonly status?: number | undefined },
): ProbeEvent {
  const { status, ...rest } = { status: 200, ...changes }
  return {
    kind: 'probe',
    probe: 'ready',
    at: changes.startedAt + 5,
    path: '/readyz',
    port: 8080,
    isSuccess: status !== undefined && status < 400,
    ...rest,
    ...(status === undefined ? {} : { status }),
  }
}

/** A line that the service wrote. */
export function makeLine(at: number, line: string): OutputEvent {
  return { kind: 'output', at, stream: 'stderr', line }
}
