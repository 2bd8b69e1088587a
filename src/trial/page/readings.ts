import type { Lifetime } from '../history/lifetime.ts'
import { roundMs } from './texts.ts'

/** What the kernel said of the service: the same row is the same moment. Of several replicas it is the sum of what is known then. */
export interface Readings {
  readonly at: readonly number[]
  readonly rssBytes: readonly number[]
  readonly openFiles: readonly number[]
}

export function readingsOf(lifetime: Pick<Lifetime, 'events'>): Readings {
  const latest = new Map<string, { readonly rssBytes: number; readonly openFileCount: number }>()
  const rows: { readonly at: number; readonly rssBytes: number; readonly openFiles: number }[] = []
  for (const event of lifetime.events) {
    if (event.kind === 'exited') latest.delete(event.pod ?? '')
    if (event.kind !== 'reading') continue
    latest.set(event.pod ?? '', event)
    const all = [...latest.values()]
    rows.push({
      at: roundMs(event.at),
      rssBytes: all.reduce((sum, { rssBytes }) => sum + rssBytes, 0),
      openFiles: all.reduce((sum, { openFileCount }) => sum + openFileCount, 0),
    })
  }
  return {
    at: rows.map(({ at }) => at),
    rssBytes: rows.map(({ rssBytes }) => rssBytes),
    openFiles: rows.map(({ openFiles }) => openFiles),
  }
}
