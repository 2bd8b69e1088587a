import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { MethodName } from './http-method.ts'
import { RequestTemplate } from './request-template.ts'
import type { OpenRequests, ServerRequest } from './server-request.ts'
import type { MethodSeries, ServerMetrics } from './server-series.ts'

/** A connection that requests come on: what they have in common, and those that are not answered yet. */
export class ServerConnection implements OpenRequests {
  /** Whose it is: after an `uninstall()` somebody else may observe what comes later. */
  readonly owner: object
  readonly #socket: Socket
  readonly #scheme: 'http' | 'https'
  /** More than one only where the client does not wait for answers. */
  readonly #open: ServerRequest[] = []
  #template: RequestTemplate | undefined = undefined
  #series: MethodSeries | undefined = undefined
  #seriesMethod = ''
  #seriesVersion = ''

  constructor(owner: object, socket: Socket) {
    this.owner = owner
    this.#socket = socket
    this.#scheme = 'encrypted' in socket ? 'https' : 'http'
  }

  /** Series of the requests of a method: mostly that of the request before. */
  seriesOf(metrics: ServerMetrics, method: string, version: string): MethodSeries {
    if (this.#series === undefined || this.#seriesMethod !== method || this.#seriesVersion !== version) {
      this.#series = metrics.of(method, this.#scheme, version)
      this.#seriesMethod = method
      this.#seriesVersion = version
    }
    return this.#series
  }

  templateOf(request: IncomingMessage, method: MethodName): RequestTemplate {
    const { httpVersion: version, headers } = request
    const { host } = headers
    const userAgent = headers['user-agent']
    const name = request.method ?? ''
    const known = this.#template
    if (known?.fits(name, host, userAgent, version) === true) return known
    const template = new RequestTemplate({ method: name, host, userAgent, version }, method, this.#scheme, this.#socket)
    this.#template = template
    return template
  }

  add(request: ServerRequest): void {
    this.#open.push(request)
  }

  remove(request: ServerRequest): void {
    const open = this.#open
    if (open.length === 1 && open[0] === request) open.length = 0
    else if (open.includes(request)) open.splice(open.indexOf(request), 1)
  }

  /** The requests whose answers will never be complete. */
  get open(): readonly ServerRequest[] {
    return this.#open
  }
}
