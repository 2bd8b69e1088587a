import { onTestFinished } from 'vitest'
import { createService, FinalFlush, type Service, type ShutdownReport } from 'seaworthy'
import { type Connection, openConnection } from './client.ts'
import { Deeds } from './deeds.ts'
import { Journal } from './journal.ts'
import type { ServerKind, Wire } from './server-kind.ts'

export interface KindBudget {
  readonly drainDelayMs?: number
  readonly inFlightMs?: number
}

export interface RunningKind {
  readonly service: Service
  readonly port: number
  readonly wire: Wire
  readonly journal: Journal
  /** Opens a connection that is closed when the test ends. */
  connect(): Promise<Connection>
  /** Begins the shutdown and returns when readiness has failed, which is when the drain has begun. */
  beginStop(): { readonly ended: Promise<ShutdownReport> }
}

/** The service of one kind, on a free port, stopped when the test ends. */
export async function startKind(kind: ServerKind, budget: KindBudget = {}): Promise<RunningKind> {
  const { drainDelayMs = 250, inFlightMs = 5000 } = budget
  const journal = new Journal()
  const service = createService({
    name: 'contract',
    env: { OTEL_SDK_DISABLED: 'true' },
    telemetry: false,
    admin: false,
    logging: { level: process.env['CONTRACT_LOG'] === '1' ? 'debug' : 'silent' },
    isTerminal: false,
    shutdown: { drainDelay: drainDelayMs, inFlight: inFlightMs, stop: 2000, flush: 100, margin: 500 },
    finalFlush: new FinalFlush(),
  })
  const listener = service.listener('api', {
    host: '127.0.0.1',
    start: () => kind.build(new Deeds(journal)),
  })
  await service.start()
  const port = service.address(listener)?.port ?? 0
  const wire = kind.wire ?? 'http'
  const open: Connection[] = []
  onTestFinished(async () => {
    for (const connection of open) connection.close()
    await service.stop()
  })
  return {
    service,
    port,
    wire,
    journal,
    async connect() {
      const connection = await openConnection({ wire, port })
      open.push(connection)
      return connection
    },
    beginStop() {
      const ended = service.stop()
      return { ended }
    },
  }
}
