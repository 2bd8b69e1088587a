import type { Clock } from '../core/clock.ts'
import type { Environment } from '../core/env-reader.ts'
import { isSeaworthyError } from '../core/seaworthy-error.ts'
import { OwnedProcess, type ProcessExit } from '../process/owned-process.ts'
import { otelEnvironmentOfChild } from '../receiver/otel-environment.ts'
import { createReceiver, type Receiver, type ReceiverAddress } from '../receiver/receiver.ts'
import type { StoredLog, StoredSpan } from '../store/stored-item.ts'
import type { TelemetryStore } from '../store/telemetry-store.ts'
import { chooseAdminPort } from './admin-port.ts'
import type { ReportedShutdown } from './reported-shutdown.ts'
import { type SenderCount, SenderCounts } from './sender-counts.ts'
import { type OutputLine, readOutputLine } from './service-output.ts'

export interface DevOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Environment
  readonly clock: Clock
  readonly protocol: 'http/protobuf' | 'grpc'
  /** The receiver's port; `undefined` takes the usual one, or any free one when that is taken. */
  readonly port: number | undefined
  /** Whether a person waits: then the service skips its drain delay. */
  readonly isTerminal: boolean
  readonly onOutput: (line: OutputLine, stream: 'stdout' | 'stderr', raw: string) => void
  /** @param store where the span is, with the others of its trace */
  readonly onSpan: (span: StoredSpan, store: TelemetryStore) => void
  readonly onLog: (log: StoredLog) => void
}

export interface DevResult {
  readonly exit: ProcessExit
  /** What the service itself reported, when it is a Seaworthy service. */
  readonly shutdown: ReportedShutdown | undefined
  /** What arrived, by who sent it. */
  readonly senders: readonly SenderCount[]
  readonly pid: number
}

/** The usual port of OTLP over HTTP; here it speaks gRPC, too. */
const USUAL_PORT = 4318
/** How long what a service leaves behind is given to end. */
const LEFTOVER_GRACE_MS = 2000

interface Observed {
  shutdown?: ReportedShutdown
  readonly senders: SenderCounts
}

/** A service that runs under an embedded receiver. */
export class DevSession {
  readonly store: TelemetryStore
  readonly endpoint: string
  readonly adminPort: number
  readonly pid: number
  readonly #receiver: Receiver
  readonly #child: OwnedProcess
  readonly #output: Observed

  private constructor(receiver: Receiver, endpoint: string, adminPort: number, child: OwnedProcess, output: Observed) {
    this.#receiver = receiver
    this.#child = child
    this.#output = output
    this.store = receiver.store
    this.endpoint = endpoint
    this.adminPort = adminPort
    this.pid = child.pid
  }

  /**
   * @throws {@link SeaworthyError} `SEA_RECEIVER_PORT_TAKEN` for a chosen port, `SEA_PROCESS_NOT_STARTED`,
   *   `SEA_ENV_INVALID` for a `SEAWORTHY_ADMIN_PORT` that is no port
   */
  static async start(options: DevOptions): Promise<DevSession> {
    const adminPort = await chooseAdminPort(options.env)
    const { receiver, address } = await startReceiver(options)
    receiver.store.on('span', (span) => options.onSpan(span, receiver.store))
    receiver.store.on('log', options.onLog)
    const output: Observed = { senders: new SenderCounts() }
    receiver.store.on('span', (span) => output.senders.count('traces', span))
    receiver.store.on('log', (log) => output.senders.count('logs', log))
    receiver.store.on('metric', (point) => output.senders.count('metrics', point))
    try {
      const child = await OwnedProcess.start({
        command: options.command,
        args: options.args,
        cwd: options.cwd,
        clock: options.clock,
        env: toEnvironment(options, address, adminPort),
        onLine(raw, stream) {
          const line = readOutputLine(raw)
          if (line.shutdown !== undefined) output.shutdown = line.shutdown
          options.onOutput(line, stream, raw)
        },
      })
      return new DevSession(receiver, address.endpoint, adminPort, child, output)
    } catch (error) {
      await receiver.stop()
      throw error
    }
  }

  /** Passes a signal on, once, to the service itself. */
  signal(signal: NodeJS.Signals): void {
    this.#child.signal(signal)
  }

  /** Waits for the service to end, takes in what it sent last, and ends whatever it left behind. */
  async end(): Promise<DevResult> {
    const exit = await this.#child.exit
    await this.#child.endGroup(LEFTOVER_GRACE_MS)
    await this.#receiver.stop()
    const { shutdown, senders } = this.#output
    return { exit, shutdown, senders: senders.all, pid: this.pid }
  }
}

async function startReceiver({
  port,
  clock,
}: DevOptions): Promise<{ readonly receiver: Receiver; readonly address: ReceiverAddress }> {
  try {
    const receiver = createReceiver({ port: port ?? USUAL_PORT, clock })
    return { receiver, address: await receiver.start() }
  } catch (error) {
    if (port !== undefined || !isSeaworthyError(error, 'SEA_RECEIVER_PORT_TAKEN')) throw error
    const receiver = createReceiver({ port: 0, clock })
    return { receiver, address: await receiver.start() }
  }
}

function toEnvironment(
  { env, protocol, isTerminal }: DevOptions,
  address: ReceiverAddress,
  adminPort: number,
): Environment {
  return {
    // What somebody watches should arrive while they watch; a variable that is set already wins.
    OTEL_BSP_SCHEDULE_DELAY: '500',
    OTEL_BLRP_SCHEDULE_DELAY: '500',
    OTEL_METRIC_EXPORT_INTERVAL: '5000',
    ...(isTerminal ? { SEAWORTHY_DRAIN_DELAY: '0' } : {}),
    ...env,
    SEAWORTHY_ADMIN_PORT: String(adminPort),
    ...otelEnvironmentOfChild(address, protocol),
    // Whoever names a place wants to see it used.
    ...(env['SEAWORTHY_SPOOL_DIR'] === undefined ? {} : { SEAWORTHY_SPOOL_DIR: env['SEAWORTHY_SPOOL_DIR'] }),
  }
}
