import type { ReceiverAddress } from './receiver.ts'

/** How a service should send to the receiver. */
export type OtelProtocol = 'http/protobuf' | 'http/json' | 'grpc'

const SIGNALS = ['TRACES', 'METRICS', 'LOGS'] as const

/**
 * The variables that make a service with OpenTelemetry, of any language, send its three signals to a receiver. Those of
 * single signals are set empty, which means unset, because one left over in the environment would win.
 *
 * @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
export function otelEnvironment(
  address: Pick<ReceiverAddress, 'endpoint' | 'grpcEndpoint'>,
  protocol: OtelProtocol = 'http/protobuf',
): Record<string, string> {
  const environment: Record<string, string> = {
    OTEL_EXPORTER_OTLP_ENDPOINT: protocol === 'grpc' ? address.grpcEndpoint : address.endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    OTEL_SDK_DISABLED: '',
    // What a test or a development run leaves undelivered is of no use to the next one.
    SEAWORTHY_SPOOL_DIR: 'off',
  }
  for (const signal of SIGNALS) {
    environment[`OTEL_${signal}_EXPORTER`] = 'otlp'
    environment[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`] = ''
    environment[`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`] = ''
  }
  return environment
}

/**
 * The same for a process that we start ourselves: what is unset is not there. The SDK of Java takes an empty protocol for a
 * wrong one, and does not start.
 */
export function otelEnvironmentOfChild(
  address: Pick<ReceiverAddress, 'endpoint' | 'grpcEndpoint'>,
  protocol?: OtelProtocol,
): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(otelEnvironment(address, protocol)).map(([name, value]) => [name, value === '' ? undefined : value]),
  )
}
