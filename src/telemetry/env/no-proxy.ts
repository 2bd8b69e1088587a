import { BlockList, isIP } from 'node:net'

/**
 * Whether a URL is reached without the proxy, by a list as `NO_PROXY` has it. Entries, between commas or white space:
 *
 * - `*`: everything
 * - `example.com`, `.example.com` or `*.example.com`: the name itself and every name below it
 * - `10.1.2.3`, `fe80::1` or `[fe80::1]`: the address
 * - `10.0.0.0/8`, `fd00::/8`: every address in it. Names are not looked up for this
 * - any of these but CIDR with `:port`: only at that port
 *
 * The loopback (`localhost`, `127.0.0.0/8`, `::1`) never goes through a proxy, listed or not: a collector beside the
 * service is a usual set-up, and `localhost` means another machine to the proxy. curl asks for it to be listed; Go and
 * others do as we do.
 *
 * @see https://everything.curl.dev/usingcurl/proxies/env.html
 * @see https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config
 */
export function bypassesProxy(url: URL, list: string): boolean {
  const host = bare(url.hostname)
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port
  return isLoopback(host) || list.split(/[\s,]+/).some((entry) => entry !== '' && matches(entry, host, port))
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true
  if (entry.includes('/')) return isWithin(entry, host)
  const [name, entryPort] = splitPort(entry.toLowerCase())
  if (entryPort !== undefined && entryPort !== port) return false
  if (isIP(host) !== 0) return sameAddress(name, host)
  const suffix = name.replace(/^\*?\./, '').replace(/\.$/, '')
  return suffix !== '' && (host === suffix || host.endsWith(`.${suffix}`))
}

/** An IPv6 address has a port only after brackets. */
function splitPort(entry: string): readonly [name: string, port: string | undefined] {
  const match = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry)
  return match === null ? [bare(entry), undefined] : [bare(match[1] ?? ''), match[2]]
}

function sameAddress(entry: string, host: string): boolean {
  const family = isIP(entry)
  return family !== 0 && family === isIP(host) && isWithin(`${entry}/${family === 4 ? 32 : 128}`, host)
}

function isWithin(cidr: string, host: string): boolean {
  const [network = '', bits = ''] = cidr.split('/')
  const address = bare(network)
  const family = isIP(address)
  const prefix = /^\d{1,3}$/.test(bits) ? Number(bits) : Infinity
  if (family === 0 || family !== isIP(host) || prefix > (family === 4 ? 32 : 128)) return false
  const type = family === 4 ? 'ipv4' : 'ipv6'
  const block = new BlockList()
  block.addSubnet(address, prefix, type)
  return block.check(host, type)
}

/** Without brackets and the dot at the end. */
function bare(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
}

function isLoopback(host: string): boolean {
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '::1' ||
    (isIP(host) === 4 && host.startsWith('127.'))
  )
}
