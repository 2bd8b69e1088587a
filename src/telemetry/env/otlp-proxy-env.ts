import type { EnvReader } from '../../core/env-reader.ts'
import { bypassesProxy } from './no-proxy.ts'

/** The proxy on the way to a collector. */
export interface OtlpProxy {
  /** `http://` or `https://`. May hold credentials: show {@link OtlpProxy.label} instead. */
  readonly url: string
  /** The URL without credentials, for messages. */
  readonly label: string
  /** The variable that names it. */
  readonly variable: string
}

/**
 * The proxy that the usual variables name for a URL: `https_proxy` or `http_proxy` by the scheme of the URL (before them
 * `grpc_proxy` for gRPC, which users of grpc-js know), else `all_proxy`; each also in upper case, and the lower case wins
 * as with curl. `no_proxy` lists what is reached without.
 *
 * `HTTP_PROXY` in upper case doesn't count in a CGI program, where it is a header that any client can send.
 *
 * What can't be used is warned of and left out, because the variables are not ours: a service must not refuse to start
 * over one that others read.
 *
 * @see https://everything.curl.dev/usingcurl/proxies/env.html
 * @see https://httpoxy.org/
 */
export function readProxy(
  read: EnvReader,
  url: string,
  isGrpc: boolean,
  warn: (text: string) => void,
): OtlpProxy | undefined {
  const target = URL.parse(url)
  if (target === null) return undefined
  const scheme = target.protocol === 'https:' ? 'https' : 'http'
  const names = [...(isGrpc ? ['grpc_proxy'] : []), `${scheme}_proxy`, 'all_proxy']
  const variable = names.flatMap((name) => [name, name.toUpperCase()]).find((name) => isSet(read, name))
  if (variable === undefined) return undefined
  const noProxy = read.text('no_proxy') ?? read.text('NO_PROXY') ?? ''
  if (bypassesProxy(target, noProxy)) return undefined
  return parseProxy(variable, read.text(variable) ?? '', warn)
}

function isSet(read: EnvReader, name: string): boolean {
  if (name === 'HTTP_PROXY' && read.text('REQUEST_METHOD') !== undefined) return false
  return read.text(name) !== undefined
}

function parseProxy(variable: string, text: string, warn: (text: string) => void): OtlpProxy | undefined {
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`)
  if (url === null || url.hostname === '') {
    warn(`${variable} is not a URL such as http://proxy:3128; telemetry is sent without a proxy`)
    return undefined
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    warn(
      `${variable} names a proxy of the kind ${url.protocol}//, which is not supported here; telemetry is sent without it`,
    )
    return undefined
  }
  return { url: url.href, label: `${url.protocol}//${url.host}`, variable }
}
