import type { Server } from 'node:http'
import { OptionReader } from '../../core/option-reader.ts'
import type { TrackableServer } from '../../server/server-drain.ts'
import type { ServerTimeouts } from './runtime-settings.ts'
import type { SettingsPart } from './settings-part.ts'

type Timeouts = Pick<Server, 'keepAliveTimeout' | 'headersTimeout' | 'requestTimeout'>

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const UNSET = -1

interface ReadTimeouts {
  readonly keepAliveMs: number
  readonly headersMs: number
  readonly requestMs: number
}

/** `timeouts`: those of every HTTP server of the service, of those too that come later. */
export class TimeoutSettings implements SettingsPart {
  readonly names = ['timeouts'] as const
  readonly #servers = new Set<TrackableServer>()
  /** What each had before anything was set here. */
  readonly #atStart = new WeakMap<TrackableServer, Timeouts>()
  #timeouts: ReadTimeouts = readTimeouts(undefined)
  #hasStarted = false

  add(server: TrackableServer): void {
    if (!hasTimeouts(server)) return
    this.#servers.add(server)
    // Whoever has made it may still set its own.
    if (this.#hasStarted) queueMicrotask(() => this.#set(server))
  }

  check({ timeouts }: { readonly timeouts?: ServerTimeouts | undefined }): void {
    readTimeouts(timeouts)
  }

  apply(
    { timeouts }: { readonly timeouts?: ServerTimeouts | undefined },
    { hasStarted }: { readonly hasStarted: boolean },
  ): void {
    this.#timeouts = readTimeouts(timeouts)
    this.#hasStarted = hasStarted
    if (hasStarted) for (const server of this.#servers) this.#set(server)
  }

  /** It is not ours any more, and has again what it had. */
  release(server: TrackableServer): void {
    const before = this.#atStart.get(server)
    if (this.#servers.delete(server) && before !== undefined) Object.assign(server, before)
  }

  #set(server: TrackableServer): void {
    if (!hasTimeouts(server) || !this.#servers.has(server)) return
    const { keepAliveTimeout, headersTimeout, requestTimeout } = server
    const before = this.#atStart.get(server) ?? { keepAliveTimeout, headersTimeout, requestTimeout }
    this.#atStart.set(server, before)
    const { keepAliveMs, headersMs, requestMs } = this.#timeouts
    server.keepAliveTimeout = keepAliveMs === UNSET ? before.keepAliveTimeout : keepAliveMs
    server.headersTimeout = headersMs === UNSET ? before.headersTimeout : headersMs
    server.requestTimeout = requestMs === UNSET ? before.requestTimeout : requestMs
  }
}

/** @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` */
function readTimeouts(timeouts: ServerTimeouts | undefined): ReadTimeouts {
  const read = new OptionReader(timeouts, '"timeouts"')
  const resolved = {
    keepAliveMs: read.duration('keepAlive', { fallback: UNSET, min: 100, max: HOUR_MS }),
    headersMs: read.duration('headers', { fallback: UNSET, min: 100, max: HOUR_MS }),
    requestMs: read.duration('request', { fallback: UNSET, min: 100, max: DAY_MS }),
  }
  const { headersMs, requestMs } = resolved
  if (requestMs !== UNSET && headersMs > requestMs)
    read.problem(`"headers" is ${headersMs} ms, longer than the whole "request" of ${requestMs} ms`)
  read.done()
  return resolved
}

/** Servers that speak no HTTP/1.1 have none. */
function hasTimeouts(server: TrackableServer): server is TrackableServer & Timeouts {
  return 'keepAliveTimeout' in server && 'headersTimeout' in server && 'requestTimeout' in server
}
