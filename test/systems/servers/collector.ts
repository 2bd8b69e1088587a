import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { collectorBinary } from '../../../scripts/collector/collector-binary.ts'
import { freePort } from '../../../src/process/free-port.ts'
import { serverFolder, startServerProcess } from './start-server.ts'

/** A real OpenTelemetry Collector that takes OTLP and passes every request on before it answers. */
export interface Collector extends AsyncDisposable {
  readonly httpPort: number
  readonly grpcPort: number
  readonly pid: number
}

export interface CollectorPlan {
  /** Where it passes telemetry on to, by HTTP. */
  readonly forwardTo: string
  /** PEM files; clients must show a certificate that `clientCa` signed. @default no TLS */
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa: string }
  /** Where one was before. @default free ports */
  readonly ports?: Pick<Collector, 'httpPort' | 'grpcPort'>
}

/**
 * Starts one. Nothing waits inside it: no batching, no sending queue, no retry. So what it has answered with success has
 * arrived behind it, and killing it loses nothing that its clients do not know of.
 */
export async function startCollector(plan: CollectorPlan): Promise<Collector> {
  if (!existsSync(collectorBinary())) throw new Error('the Collector is not built: npm run collector:build')
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await serverFolder('collector'))
  const httpPort = plan.ports?.httpPort ?? (await freePort())
  const grpcPort = plan.ports?.grpcPort ?? (await freePort())
  const config = join(folder.path, 'config.yaml')
  await writeFile(config, JSON.stringify(describe(plan, httpPort, grpcPort)))
  const server = stack.use(
    await startServerProcess({ program: collectorBinary(), args: ['--config', config], folder: folder.path }),
  )
  await server.whenReady(async () => (await accepts(httpPort)) && (await accepts(grpcPort)))
  const owned = stack.move()
  return { httpPort, grpcPort, pid: server.pid, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** With TLS it answers plain text with nothing: that it takes the connection must do. */
function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const end = (is: boolean): void => {
      socket.destroy()
      resolve(is)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}

/** YAML is a superset of JSON. */
function describe({ forwardTo, tls }: CollectorPlan, httpPort: number, grpcPort: number): object {
  const protocol = (port: number): object => ({
    endpoint: `127.0.0.1:${port}`,
    ...(tls === undefined ? {} : { tls: { cert_file: tls.cert, key_file: tls.key, client_ca_file: tls.clientCa } }),
  })
  const pipeline = { receivers: ['otlp'], exporters: ['otlphttp'] }
  return {
    receivers: { otlp: { protocols: { http: protocol(httpPort), grpc: protocol(grpcPort) } } },
    exporters: {
      otlphttp: {
        endpoint: forwardTo,
        compression: 'none',
        sending_queue: { enabled: false },
        retry_on_failure: { enabled: false },
      },
    },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: { traces: pipeline, metrics: pipeline, logs: pipeline },
    },
  }
}
