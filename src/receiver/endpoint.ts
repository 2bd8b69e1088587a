import type { AddressInfo } from 'node:net'

/** The URL that reaches a listener. One that listens everywhere is reached on the loopback. */
export function endpointOf({ address, family, port }: AddressInfo): string {
  if (address === '0.0.0.0') return `http://127.0.0.1:${port}`
  if (address === '::') return `http://[::1]:${port}`
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
