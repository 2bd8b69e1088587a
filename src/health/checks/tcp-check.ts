import { connect } from 'node:net'
import { SeaworthyError } from '../../core/seaworthy-error.ts'
import type { HealthCheckContext, HealthCheckDefinition } from '../health-check.ts'
import type { ReadyCheckOptions } from './check-options.ts'

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 }

/**
 * A check that something accepts connections: for what has no client in this process, such as an OpenTelemetry
 * collector. It says nothing about whether that something works, so a client's own question is better where there is one.
 *
 * With options it is a definition, as all ready-made checks are; without, only the function for the `check` of one.
 *
 * @param target `host:port`, or a URL of which host and port are taken
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` at once when the target names no host and port
 *
 * @example
 * health.register(tcpCheck('http://collector:4318', { critical: false }))
 */
export function tcpCheck(target: string): (context: HealthCheckContext) => Promise<void>
export function tcpCheck(target: string, options: ReadyCheckOptions): HealthCheckDefinition
export function tcpCheck(
  target: string,
  options?: ReadyCheckOptions,
): HealthCheckDefinition | ((context: HealthCheckContext) => Promise<void>) {
  const address = parseTarget(target)
  const check = ({ signal }: HealthCheckContext): Promise<void> => reach(address, signal)
  // What it does not know is refused where it is registered, as for a definition that was written by hand.
  return options === undefined ? check : { name: `${address.host}:${address.port}`, ...options, check }
}

function reach(address: { readonly host: string; readonly port: number }, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
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
  const address = addressOf(target, DEFAULT_PORTS)
  if (address !== undefined) return address
  // The text is not shown: a URL can hold a password.
  throw new SeaworthyError('SEA_OPTIONS_INVALID', 'tcpCheck(): the target names no host and port', {
    hint: 'Give it as "host:port", or as a URL with a port.',
  })
}

/** Host and port of `host:port` or of a URL; brackets around an IPv6 address are not part of it. */
export function addressOf(
  target: unknown,
  defaultPorts: Readonly<Record<string, number>>,
): { readonly host: string; readonly port: number } | undefined {
  const text = typeof target === 'string' ? target : ''
  const url = URL.parse(text.includes('://') ? text : `tcp://${text}`)
  const port = Number(url?.port || defaultPorts[url?.protocol ?? ''])
  const host = url?.hostname.replace(/^\[(.*)\]$/, '$1') ?? ''
  return host !== '' && port > 0 ? { host, port } : undefined
}
