export interface HostAndPort {
  readonly host: string
  readonly port: number | undefined
}

/** The parts of a `Host` header: `shop.example`, `shop.example:8080`, `[::1]:8080`. `undefined` when it is none. */
export function parseHostHeader(header: string | undefined): HostAndPort | undefined {
  if (header === undefined) return undefined
  const parts = /^(\[[\da-f:.%]+\]|[^\s:/@[\]]+)(?::(\d{1,5}))?$/i.exec(header.trim())
  if (parts?.[1] === undefined) return undefined
  return { host: parts[1].replace(/^\[|\]$/g, ''), port: parts[2] === undefined ? undefined : Number(parts[2]) }
}

export function defaultPort(scheme: string): number {
  return scheme === 'https' ? 443 : 80
}
