import type { EnvReader } from '../../core/env-reader.ts'
import type { OtlpNames } from './otlp-names.ts'

const HAS_SCHEME = /^[a-z][a-z\d+.-]*:\/\//i

/** False for how gRPC targets are written, `collector:4317`, which as a URL would have the scheme `collector:`. */
export function hasScheme(endpoint: string): boolean {
  return HAS_SCHEME.test(endpoint)
}

/** `host:port`, `[::1]:port`. Without the port it could be anything, a typing error above all. */
const TARGET = /^(?:[^\s:/@[\]]+|\[[\da-f:.]+\]):\d{1,5}$/i

/** The port of OTLP over HTTP. */
const HTTP_PORT = /:4318$/

/**
 * Why a target without a scheme can't be taken for gRPC when nobody has said so: its port is that of HTTP, and every
 * attempt would fail with an error of TLS. `undefined` when it can.
 */
export function refuseHttpPort(name: string, target: string): string | undefined {
  if (!TARGET.test(target) || !HTTP_PORT.test(target)) return undefined
  return (
    `${name} is "${target}": without a scheme that means gRPC, and 4318 is the port of HTTP. ` +
    `Write http://${target}, or set OTEL_EXPORTER_OTLP_PROTOCOL=grpc`
  )
}

/** The path that belongs to one signal, behind whatever a proxy has before it. */
const SIGNAL_PATH = /\/v1\/(?:traces|metrics|logs)\/?$/

/** Where to send to. */
export interface Location {
  readonly url: string
  readonly label: string
}

export function httpLocation(
  read: EnvReader,
  names: OtlpNames,
  name: string | undefined,
  endpoint = 'http://localhost:4318',
  warn: (text: string) => void,
): Location {
  const url = parseHttpUrl(endpoint)
  if (url === undefined) {
    read.problem(`${name} is not a URL such as http://collector:4318${portFault(endpoint)}`)
    return { url: '', label: '' }
  }
  // Only a signal's own endpoint is taken as it is; to the general one the signal's path is added.
  if (name !== names.own('ENDPOINT')) {
    if (SIGNAL_PATH.test(url.pathname)) {
      warn(`${name} ends in the path of one signal, and each signal adds its own to it: leave ${url.pathname} out`)
    }
    url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/${names.signal}`
  } else if (url.pathname === '/') {
    warn(`${name} has no path and is called as it is; collectors take ${names.signal} at /v1/${names.signal}`)
  }
  return { url: url.href, label: `${url.origin}${url.pathname}` }
}

/** @param chosen whether somebody asked for gRPC, rather than leave out the scheme */
export function grpcLocation(
  read: EnvReader,
  names: OtlpNames,
  name: string | undefined,
  endpoint = 'http://localhost:4317',
  { warn, chosen }: { readonly warn: (text: string) => void; readonly chosen: boolean },
): Location {
  const insecureName = names.set('INSECURE')
  const insecure = insecureName === undefined ? undefined : read.boolean(insecureName)
  const isBareTarget = !hasScheme(endpoint)
  const isTarget = isBareTarget && TARGET.test(endpoint)
  if (isTarget && insecure === undefined) {
    warn(
      chosen
        ? `${name} has no scheme, so it is called with TLS as the specification asks; ` +
            'write http:// before it for plain text, https:// for TLS'
        : `${name} has no scheme, so it is called by gRPC and with TLS; ` +
            'set OTEL_EXPORTER_OTLP_INSECURE=true for gRPC in plain text, or write a URL such as http://collector:4318 for HTTP',
    )
  }
  const refusal = chosen ? undefined : refuseHttpPort(name ?? '', endpoint)
  if (refusal !== undefined) {
    read.problem(refusal)
    return { url: '', label: '' }
  }
  const url = parseHttpUrl(isTarget ? `${insecure === true ? 'http' : 'https'}://${endpoint}` : endpoint)
  if (url === undefined) {
    read.problem(`${name} is neither a URL such as http://collector:4317 nor a target such as collector:4317`)
    return { url: '', label: '' }
  }
  if (!isBareTarget && insecure !== undefined && insecure !== (url.protocol === 'http:')) {
    warn(`${insecureName} is ignored: the scheme of ${name} says otherwise, and it wins`)
  }
  if (url.pathname !== '/') warn(`the path of ${name} is ignored: gRPC has none`)
  const origin = `${url.protocol}//${url.host}`
  if (url.username === '' && url.password === '') return { url: origin, label: origin }
  return { url: `${url.protocol}//${url.username}:${url.password}@${url.host}`, label: origin }
}

/** What is wrong with its port, if it is that. */
function portFault(endpoint: string): string {
  const port = /:(\d+)(?:\/|$)/.exec(endpoint)?.[1]
  return port === undefined || Number(port) <= 65_535 ? '' : `: there is no port ${port}`
}

function parseHttpUrl(text: string): URL | undefined {
  const url = URL.parse(text)
  if (url === null || url.hostname === '' || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined
  return url
}
