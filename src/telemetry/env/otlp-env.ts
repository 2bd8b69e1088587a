import { validateHeaderName, validateHeaderValue } from '../../core/node-http.ts'
import type { EnvReader } from '../../core/env-reader.ts'
import type { Signal } from '../../otlp/model.ts'
import { durationMs } from './duration-env.ts'
import { parseKeyValueList } from './key-value-list.ts'
import { grpcLocation, hasScheme, httpLocation } from './otlp-location.ts'
import { OtlpNames } from './otlp-names.ts'
import { type OtlpProxy, readProxy } from './otlp-proxy-env.ts'
import { type OtlpTls, readTls } from './otlp-tls-env.ts'

/** `http/json` is for collectors that take nothing else: what is in protobuf has to be written anew. */
export const OTLP_PROTOCOLS = ['http/protobuf', 'grpc', 'http/json'] as const
export type OtlpProtocol = (typeof OTLP_PROTOCOLS)[number]

/** Where and how one signal is sent. */
export interface OtlpSettings {
  readonly protocol: OtlpProtocol
  /** With the signal's path for HTTP. May hold credentials: show {@link OtlpSettings.label} instead. */
  readonly url: string
  /** The URL without credentials and query, for messages. */
  readonly label: string
  /** No endpoint was configured, so this is the specification's default. */
  readonly isDefault: boolean
  /** May hold secrets: never print. */
  readonly headers: Readonly<Record<string, string>>
  /** Limit of one attempt, connecting included. */
  readonly timeoutMs: number
  readonly compression: 'none' | 'gzip'
  readonly tls: OtlpTls
  /** The proxy on the way, from the usual variables. `undefined` for the direct way. */
  readonly proxy: OtlpProxy | undefined
}

/** @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/#configuration-options */
const DEFAULT_TIMEOUT_MS = 10_000

/** Reads the `OTEL_EXPORTER_OTLP_*` variables of one signal; the signal's own win over the general ones. */
export function readOtlpSettings(read: EnvReader, signal: Signal, warn: (text: string) => void): OtlpSettings {
  const names = new OtlpNames(read, signal)
  const endpointName = names.set('ENDPOINT')
  const endpoint = endpointName === undefined ? undefined : read.text(endpointName)
  const protocolName = names.set('PROTOCOL')
  const chosen = protocolName === undefined ? undefined : read.oneOf(protocolName, OTLP_PROTOCOLS)
  // "collector:4317" is how gRPC targets are written; as a URL it would have the scheme "collector:".
  const isBareTarget = endpoint !== undefined && !hasScheme(endpoint)
  const protocol = chosen ?? (isBareTarget ? 'grpc' : 'http/protobuf')
  const location =
    protocol === 'grpc'
      ? grpcLocation(read, names, endpointName, endpoint, { warn, chosen: chosen !== undefined })
      : httpLocation(read, names, endpointName, endpoint, warn)
  return {
    protocol,
    ...location,
    isDefault: endpoint === undefined,
    headers: readHeaders(read, names, warn),
    timeoutMs: durationMs(read, names.set('TIMEOUT'), { fallback: DEFAULT_TIMEOUT_MS, min: 1, max: 600_000 }),
    compression: readCompression(read, names),
    tls: readTls(read, names),
    proxy: readProxy(read, location.url, protocol === 'grpc', warn),
  }
}

/** What says how a request is written on the wire. One that is not true to it would make every request fail. */
const HEADERS_OF_THE_WIRE: ReadonlySet<string> = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

function readHeaders(
  read: EnvReader,
  names: OtlpNames,
  warn: (text: string) => void,
): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  for (const name of [names.general('HEADERS'), names.own('HEADERS')]) {
    const text = read.text(name)
    if (text === undefined) continue
    const list = parseKeyValueList(text)
    if (list.problem !== undefined) read.problem(`${name}: ${list.problem}`)
    for (const [header, value] of list.entries) {
      const lowerCase = header.toLowerCase()
      if (HEADERS_OF_THE_WIRE.has(lowerCase) || lowerCase.startsWith('grpc-')) {
        warn(`${name}: "${header}" is ignored, because it follows from how the request is sent`)
      } else if (isSendable(header, value)) headers[lowerCase] = value
      else read.problem(`${name}: "${header}" or its value is not valid in an HTTP header`)
    }
  }
  return headers
}

function isSendable(name: string, value: string): boolean {
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    return true
  } catch {
    return false
  }
}

function readCompression(read: EnvReader, names: OtlpNames): 'none' | 'gzip' {
  const name = names.set('COMPRESSION')
  return (name === undefined ? undefined : read.oneOf(name, ['none', 'gzip'])) ?? 'none'
}
