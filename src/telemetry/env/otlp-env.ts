import { readFileSync } from 'node:fs'
import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { EnvReader } from '../../core/env-reader.ts'
import type { Signal } from '../../otlp/model.ts'
import { durationMs } from './duration-env.ts'
import { parseKeyValueList } from './key-value-list.ts'

/** `http/json` is not offered: everything that takes OTLP takes protobuf, in a third of the bytes. */
export const OTLP_PROTOCOLS = ['http/protobuf', 'grpc'] as const
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
}

/** PEM texts. */
export interface OtlpTls {
  readonly ca?: Buffer
  readonly cert?: Buffer
  readonly key?: Buffer
}

/** @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/#configuration-options */
const DEFAULT_TIMEOUT_MS = 10_000
const HAS_SCHEME = /^[a-z][a-z\d+.-]*:\/\//i

/** Reads the `OTEL_EXPORTER_OTLP_*` variables of one signal; the signal's own win over the general ones. */
export function readOtlpSettings(read: EnvReader, signal: Signal, warn: (text: string) => void): OtlpSettings {
  const names = new OtlpNames(read, signal)
  const endpointName = names.set('ENDPOINT')
  const endpoint = endpointName === undefined ? undefined : read.text(endpointName)
  const protocolName = names.set('PROTOCOL')
  const chosen = protocolName === undefined ? undefined : read.oneOf(protocolName, OTLP_PROTOCOLS)
  // "collector:4317" is how gRPC targets are written; as a URL it would have the scheme "collector:".
  const isBareTarget = endpoint !== undefined && !HAS_SCHEME.test(endpoint)
  const protocol = chosen ?? (isBareTarget ? 'grpc' : 'http/protobuf')
  const location =
    protocol === 'grpc'
      ? grpcLocation(read, names, endpointName, endpoint, warn)
      : httpLocation(read, names, endpointName, endpoint, warn)
  return {
    protocol,
    ...location,
    isDefault: endpoint === undefined,
    headers: readHeaders(read, names),
    timeoutMs: durationMs(read, names.set('TIMEOUT'), { fallback: DEFAULT_TIMEOUT_MS, min: 1, max: 600_000 }),
    compression: readCompression(read, names),
    tls: readTls(read, names),
  }
}

/** `OTEL_EXPORTER_OTLP_TRACES_X` before `OTEL_EXPORTER_OTLP_X`. */
class OtlpNames {
  readonly #read: EnvReader
  readonly signal: Signal

  constructor(read: EnvReader, signal: Signal) {
    this.#read = read
    this.signal = signal
  }

  own(suffix: string): string {
    return `OTEL_EXPORTER_OTLP_${this.signal.toUpperCase()}_${suffix}`
  }

  general(suffix: string): string {
    return `OTEL_EXPORTER_OTLP_${suffix}`
  }

  /** The name of the variable that decides, or `undefined` when neither is set. */
  set(suffix: string): string | undefined {
    return [this.own(suffix), this.general(suffix)].find((name) => this.#read.text(name) !== undefined)
  }
}

interface Location {
  readonly url: string
  readonly label: string
}

function httpLocation(
  read: EnvReader,
  names: OtlpNames,
  name: string | undefined,
  endpoint = 'http://localhost:4318',
  warn: (text: string) => void,
): Location {
  const url = parseHttpUrl(endpoint)
  if (url === undefined) {
    read.problem(`${name} is not a URL such as http://collector:4318`)
    return { url: '', label: '' }
  }
  // Only a signal's own endpoint is taken as it is; to the general one the signal's path is added.
  if (name !== names.own('ENDPOINT')) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/${names.signal}`
  else if (url.pathname === '/') {
    warn(`${name} has no path and is called as it is; collectors take ${names.signal} at /v1/${names.signal}`)
  }
  return { url: url.href, label: `${url.origin}${url.pathname}` }
}

function grpcLocation(
  read: EnvReader,
  names: OtlpNames,
  name: string | undefined,
  endpoint = 'http://localhost:4317',
  warn: (text: string) => void,
): Location {
  const insecureName = names.set('INSECURE')
  const insecure = insecureName === undefined ? undefined : read.boolean(insecureName)
  const isBareTarget = !HAS_SCHEME.test(endpoint)
  if (isBareTarget && insecure === undefined) {
    warn(
      `${name} has no scheme, so it is called with TLS as the specification asks; ` +
        'write http:// before it for plain text, https:// for TLS',
    )
  }
  const url = parseHttpUrl(isBareTarget ? `${insecure === true ? 'http' : 'https'}://${endpoint}` : endpoint)
  if (url === undefined) {
    read.problem(`${name} is neither a URL such as http://collector:4317 nor a target such as collector:4317`)
    return { url: '', label: '' }
  }
  if (!isBareTarget && insecure !== undefined && insecure !== (url.protocol === 'http:')) {
    warn(`${insecureName} is ignored: the scheme of ${name} says otherwise, and it wins`)
  }
  if (url.pathname !== '/') warn(`the path of ${name} is ignored: gRPC has none`)
  const origin = `${url.protocol}//${url.host}`
  return { url: origin, label: origin }
}

function parseHttpUrl(text: string): URL | undefined {
  const url = URL.parse(text)
  if (url === null || url.hostname === '' || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined
  return url
}

function readHeaders(read: EnvReader, names: OtlpNames): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  for (const name of [names.general('HEADERS'), names.own('HEADERS')]) {
    const text = read.text(name)
    if (text === undefined) continue
    const list = parseKeyValueList(text)
    if (list.problem !== undefined) read.problem(`${name}: ${list.problem}`)
    for (const [header, value] of list.entries) {
      if (isSendable(header, value)) headers[header.toLowerCase()] = value
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

function readTls(read: EnvReader, names: OtlpNames): OtlpTls {
  const ca = readPem(read, names.set('CERTIFICATE'))
  const certName = names.set('CLIENT_CERTIFICATE')
  const keyName = names.set('CLIENT_KEY')
  if ((certName === undefined) !== (keyName === undefined)) {
    const missing = certName === undefined ? names.general('CLIENT_CERTIFICATE') : names.general('CLIENT_KEY')
    read.problem(`${certName ?? keyName} is set without ${missing}: a client needs both`)
  }
  const cert = readPem(read, certName)
  const key = readPem(read, keyName)
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  }
}

function readPem(read: EnvReader, name: string | undefined): Buffer | undefined {
  if (name === undefined) return undefined
  try {
    return readFileSync(read.text(name) ?? '')
  } catch (error) {
    read.problem(`${name} names a file that cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`)
    return undefined
  }
}
