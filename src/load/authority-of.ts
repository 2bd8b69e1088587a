/** Host and port as a URL and the header `Host` have them: an address of IPv6 stands in brackets. */
export function authorityOf(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
