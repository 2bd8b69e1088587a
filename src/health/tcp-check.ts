import { connect } from 'node:net'
import { SeaworthyError } from '../core/seaworthy-error.ts'
import type { HealthCheckContext } from './health-check.ts'

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 }

/**
 * A check that something accepts connections: for what has no client in this process, such as an OpenTelemetry
 * collector. It says nothing about whether that something works, so a client's own question is better where there is one.
 *
 * @param target `host:port`, or a URL of which host and port are taken
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` at once when the target names no host and port
 *
 * @example
 * health.register({ name: 'collector', critical: false, check: tcpCheck('http://collector:4318') })
 */
export function tcpCheck(target: string): (context: HealthCheckContext) => Promise<void> {
  const address = parseTarget(target)
  return ({ signal }) =>
    new Promise((resolve, reject) => {
      const socket = connect({ ...address, signal })
      socket.once('connect', () => {
        socket.destroy()
        resolve()
      })
      // Also after the connection, and for the abort at the limit: an error without a listener ends the process.
      socket.on('error', reject)
    })
}

function parseTarget(target: unknown): { readonly host: string; readonly port: number } {
  const text = typeof target === 'string' ? target : ''
  const url = URL.parse(text.includes('://') ? text : `tcp://${text}`)
  const port = Number(url?.port || DEFAULT_PORTS[url?.protocol ?? ''])
  const host = url?.hostname.replace(/^\[(.*)\]$/, '$1') ?? ''
  if (host !== '' && port > 0) return { host, port }
  // The text is not shown: a URL can hold a password.
  throw new SeaworthyError('SEA_OPTIONS_INVALID', 'tcpCheck(): the target names no host and port', {
    hint: 'Give it as "host:port", or as a URL with a port.',
  })
}
