import type { Clock } from '../../../core/clock.ts'
import type { Signal } from '../../../otlp/model.ts'
import type { OtlpSettings } from '../../env/otlp-env.ts'
import type { Transport } from '../transport.ts'
import { Connections } from './connections.ts'
import { createDetached } from './detached.ts'
import type { Route } from './dial.ts'
import { connectionKey, endpointOf, proxyEndpointOf } from './endpoint.ts'
import { HttpAgent } from './http-agent.ts'
import { HttpTransport } from './http-transport.ts'
import { TlsFiles } from './tls-files.ts'
import { userAgent } from './user-agent.ts'

export interface OpenTransportOptions {
  readonly clock: Clock
  /** Told in one line of what went wrong beside the attempts: certificates that changed and can't be used. */
  readonly onProblem: (text: string) => void
  /**
   * Shared by the signals of one telemetry, so that those that go to the same place share connections.
   *
   * @default connections of its own
   */
  readonly connections?: Connections
}

/**
 * Opens the way of a signal to its collector, over the protocol that the settings choose. Connects with the first
 * attempt, so this succeeds whether or not a collector is there. Code for gRPC and for JSON is loaded only when it is chosen.
 */
export async function openTransport(
  signal: Signal,
  settings: OtlpSettings,
  { clock, onProblem, connections = new Connections() }: OpenTransportOptions,
): Promise<Transport> {
  const route = routeOf(settings, new TlsFiles(settings.tls, { clock, onProblem }))
  const key = connectionKey(settings)
  const shared = { signal, settings, clock, userAgent: userAgent(), detached: createDetached() }
  if (settings.protocol === 'grpc') {
    const [{ GrpcTransport }, { GrpcConnection }] = await Promise.all([
      import('./grpc-transport.ts'),
      import('./grpc-connection.ts'),
    ])
    const open = (): InstanceType<typeof GrpcConnection> => new GrpcConnection(route, clock)
    const lease = connections.lease(key, open, (connection) => connection.close())
    return new GrpcTransport({ ...shared, connection: lease.value, onClose: lease.release })
  }
  const lease = connections.lease(
    key,
    () => new HttpAgent(route),
    (agent) => agent.destroy(),
  )
  const http = { ...shared, agent: lease.value, onClose: lease.release }
  if (settings.protocol !== 'http/json') return new HttpTransport(http)
  const { jsonBody } = await import('./json-body.ts')
  return new HttpTransport({ ...http, toJson: (body) => jsonBody(signal, body, clock) })
}

function routeOf({ protocol, url, proxy }: OtlpSettings, files: TlsFiles): Route {
  const target = endpointOf(new URL(url))
  return {
    target,
    proxy: proxyEndpointOf(proxy),
    isTunnelled: protocol === 'grpc' || target.isTls,
    alpn: protocol === 'grpc' ? 'h2' : 'http/1.1',
    secureContext: () => files.current(),
  }
}
