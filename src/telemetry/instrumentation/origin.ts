import { defaultPort } from './host-and-port.ts'

/** Where requests go: the same object for all of them, as long as it is remembered. */
export class Origin {
  /** Without brackets. */
  readonly host: string
  readonly port: number
  readonly scheme: string
  /** How URLs there begin, as they are usually written: without the port that its scheme has. */
  readonly base: string
  /** What {@link ClientMetrics} keeps for it. */
  memo: unknown = undefined

  constructor(scheme: string, host: string, port: number) {
    this.host = host
    this.port = port
    this.scheme = scheme
    const authority = host.includes(':') ? `[${host}]` : host
    this.base = port === defaultPort(scheme) ? `${scheme}://${authority}` : `${scheme}://${authority}:${port}`
  }
}
