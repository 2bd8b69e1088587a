import { request } from 'node:http'
import { PROBE_LIMIT_MS } from './settings.ts'
import type { Place } from './service-under-probes.ts'

/** What a kubelet would have seen. */
export interface Probed {
  /** `undefined`: no answer within the limit. */
  readonly status: number | undefined
  readonly tookMs: number
}

/** Asks once, over a connection of its own, as a kubelet does. */
export function probe({ port, path }: Place, limitMs = PROBE_LIMIT_MS): Promise<Probed> {
  const startedAt = performance.now()
  return new Promise((resolve) => {
    const end = (status: number | undefined): void => resolve({ status, tookMs: performance.now() - startedAt })
    const asked = request({ host: '127.0.0.1', port, path, agent: false, signal: AbortSignal.timeout(limitMs) })
    asked.on('response', (response) => {
      response.resume()
      response.on('end', () => end(response.statusCode))
      response.on('error', () => end(undefined))
    })
    asked.on('error', () => end(undefined))
    asked.end()
  })
}

/** What many probes saw; an answer that never came took as long as it was waited for. */
export interface Probes {
  readonly healthy: number
  readonly refused: number
  readonly unanswered: number
  /** In milliseconds, each. */
  readonly times: readonly number[]
}

export function toProbes(probed: readonly Probed[]): Probes {
  const count = (wanted: (status: number | undefined) => boolean): number =>
    probed.filter(({ status }) => wanted(status)).length
  return {
    healthy: count((status) => status === 200),
    refused: count((status) => status !== undefined && status !== 200),
    unanswered: count((status) => status === undefined),
    times: probed.map(({ status, tookMs }) => (status === undefined ? PROBE_LIMIT_MS : Math.round(tookMs * 10) / 10)),
  }
}
