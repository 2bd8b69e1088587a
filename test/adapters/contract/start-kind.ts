import { onTestFinished, type TestContext } from 'vitest'
import { type Bound, createService, FinalFlush, type Handle, type Service } from 'seaworthy'
import type { Clock } from '../../../src/core/clock.ts'
import { type Connection, openConnection } from './client.ts'
import { Deeds } from './deeds.ts'
import { Journal } from './journal.ts'
import type { ServerKind, Wire } from './server-kind.ts'

/** `onTestFinished` of a test: the global one can't tell which of several tests at a time is meant. */
export type AtEnd = TestContext['onTestFinished']

export interface KindBudget {
  readonly drainDelayMs?: number
  readonly inFlightMs?: number
  /** @default the system's */
  readonly clock?: Clock
}

export interface RunningKind {
  readonly service: Service
  readonly port: number
  readonly wire: Wire
  readonly journal: Journal
  /** Opens a connection that is closed when the test ends. */
  connect(): Promise<Connection>
}

/** A service of its own for a test: silent, quick to end, and with nothing of the process in it. */
export function contractService(budget: KindBudget = {}): Service {
  const { drainDelayMs = 250, inFlightMs = 5000, clock } = budget
  return createService({
    name: 'contract',
    ...(clock === undefined ? {} : { clock }),
    env: { OTEL_SDK_DISABLED: 'true' },
    telemetry: false,
    admin: false,
    logging: { level: process.env['CONTRACT_LOG'] === '1' ? 'debug' : 'silent' },
    isTerminal: false,
    shutdown: { drainDelay: drainDelayMs, inFlight: inFlightMs, stop: 2000, flush: 100, margin: 500 },
    finalFlush: new FinalFlush(),
  })
}

/** The service of one kind, on a free port, stopped when the test ends. */
export async function startKind(kind: ServerKind, atEnd: AtEnd, budget: KindBudget = {}): Promise<RunningKind> {
  const journal = new Journal()
  const service = contractService(budget)
  const listener = service.listener('api', {
    host: '127.0.0.1',
    start: () => kind.build(new Deeds(journal)),
  })
  const wire = kind.wire ?? 'http'
  return { ...(await startOn(service, listener, { wire, atEnd })), journal }
}

/** Starts a service and speaks to one of its listeners; both ends are gone when the test ends. */
export async function startOn(
  service: Service,
  listener: Handle<Bound>,
  { wire = 'http', atEnd = onTestFinished }: { readonly wire?: Wire; readonly atEnd?: AtEnd } = {},
): Promise<Omit<RunningKind, 'journal'>> {
  const open: Connection[] = []
  atEnd(async () => {
    for (const connection of open) connection.close()
    await service.stop()
  })
  await service.start()
  const port = service.address(listener)?.port ?? 0
  return {
    service,
    port,
    wire,
    async connect() {
      const connection = await openConnection({ wire, port })
      open.push(connection)
      return connection
    },
  }
}
