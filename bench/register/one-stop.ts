import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { systemClock } from '../../src/core/clock.ts'
import { runLoad } from '../../src/load/open-loop.ts'
import { RawConnection } from '../../src/load/raw-client.ts'
import { freePort } from '../../src/process/free-port.ts'
import { OwnedProcess } from '../../src/process/owned-process.ts'
import type { TelemetryStore } from '../../src/store/telemetry-store.ts'

/** A service that knows nothing of Seaworthy. */
export interface Subject {
  readonly name: string
  readonly file: string
  readonly flags: readonly string[]
  /** The request with this number. */
  readonly path: (index: number) => string
}

export interface Sample {
  /** From spawn to the first answer, in milliseconds. */
  readonly readyMs: number
  readonly cpuMs: number
  readonly rssMiB: number
  readonly sent: number
  /** Sent and not answered. */
  readonly failed: number
  readonly status503: number
  /** Spans of requests that arrived. */
  readonly spans: number
  /** From SIGTERM to the end of the process. */
  readonly stopMs: number
  /** Exit code, or the signal it died of; `alive` when it had to be killed. */
  readonly exit: string
}

export interface StopSettings {
  readonly registered: boolean
  readonly endpoint: string
  readonly root: string
  readonly store: TelemetryStore
}

/** As many clients, each with a connection that it keeps, and half of the round trip that each wire has. */
const CLIENTS = 8
const WIRE_DELAY_MS = 25
/** The load before SIGTERM. */
const WARM_MS = 700
const DRAIN_DELAY_MS = 500
const READY_LIMIT_MS = 30_000
const STOP_LIMIT_MS = 15_000
const CLOCK_TICKS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** Starts a service, puts load on it, sends SIGTERM into the load, and tells what became of every request. */
export async function measureService(subject: Subject, settings: StopSettings): Promise<Sample> {
  const { registered, endpoint, root, store } = settings
  const port = await freePort()
  const startedAt = performance.now()
  await using service = await OwnedProcess.start({
    command: process.execPath,
    args: [...(registered ? ['--import', 'seaworthy/register'] : []), ...subject.flags, subject.file],
    cwd: root,
    clock: systemClock,
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      SAMPLE_PORT: String(port),
      BENCH_DRAIN_DELAY_MS: String(DRAIN_DELAY_MS),
      SEAWORTHY_DRAIN_DELAY: `${DRAIN_DELAY_MS}ms`,
      SEAWORTHY_ADMIN_PORT: '0',
      SEAWORTHY_GRACE_SECONDS: '60',
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_BSP_SCHEDULE_DELAY: '100',
    },
  })
  while (!(await answers(port, subject.path(1)))) {
    if (performance.now() - startedAt > READY_LIMIT_MS) throw new Error(`${subject.name} did not answer`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  const readyMs = performance.now() - startedAt
  const { cpuMs, rssMiB } = await settled(service.pid)
  const spansBefore = store.spans({ kind: 'server' }).length

  const load = runLoad({
    clock: systemClock,
    host: '127.0.0.1',
    port,
    wireDelayMs: WIRE_DELAY_MS,
    arrivals: { inFlight: CLIENTS },
    maxConnections: CLIENTS,
    nextRequest: (index) => ({ path: subject.path(index) }),
    durationMs: WARM_MS + STOP_LIMIT_MS,
  })
  await new Promise((resolve) => setTimeout(resolve, WARM_MS))
  const signalledAt = performance.now()
  service.signal('SIGTERM')
  const limit = new Promise<undefined>((resolve) => {
    setTimeout(() => resolve(undefined), STOP_LIMIT_MS).unref()
  })
  const exit = await Promise.race([service.exit, limit])
  const stopMs = performance.now() - signalledAt
  const { sent, failedCount, byStatus } = await load
  return {
    readyMs,
    cpuMs,
    rssMiB,
    sent,
    failed: failedCount,
    status503: byStatus[503] ?? 0,
    spans: store.spans({ kind: 'server' }).length - spansBefore,
    stopMs,
    exit: exit === undefined ? 'alive' : String(exit.code ?? exit.signal),
  }
}

async function answers(port: number, path: string): Promise<boolean> {
  const connection = new RawConnection({ clock: systemClock, host: '127.0.0.1', port })
  return (await connection.request({ path, headers: { Connection: 'close' } })).outcome === 'answered'
}

/** Processor time and memory once they no longer grow: register loads most of itself right after the first `listen`. */
async function settled(pid: number): Promise<{ readonly cpuMs: number; readonly rssMiB: number }> {
  for (let before = cpuOf(pid); ;) {
    await new Promise((resolve) => setTimeout(resolve, 300))
    const cpuMs = cpuOf(pid)
    if (cpuMs - before < 1000 / CLOCK_TICKS + 1) return { cpuMs, rssMiB: rssOf(pid) }
    before = cpuMs
  }
}

function cpuOf(pid: number): number {
  // utime and stime: the 14th and 15th fields, counted after the command, which may hold spaces.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / CLOCK_TICKS
}

function rssOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}
