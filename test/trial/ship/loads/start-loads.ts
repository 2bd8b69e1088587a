import { onTestFinished } from 'vitest'
import { systemClock } from '../../../../src/core/clock.ts'
import { Random } from '../../../../src/load/random.ts'
import type { Facts } from '../../../../src/trial/facts.ts'
import { History } from '../../../../src/trial/history/history.ts'
import { createLoads } from '../../../../src/trial/ship/create-loads.ts'
import type { LoadsOptions } from '../../../../src/trial/ship/loads-options.ts'
import type { Loads } from '../../../../src/trial/ship/loads.ts'
import { makeFacts } from '../../samples.ts'

/** Loads on `port` of this machine, and the history that they write. All of it ends with the test. */
export function startLoads(
  port: number,
  { facts = {}, ...changes }: Partial<Omit<LoadsOptions, 'facts'>> & { readonly facts?: Partial<Facts> } = {},
): { loads: Loads; history: History } {
  const history = new History({ id: 0, voyage: 'test', label: 'test', clock: systemClock, unixMs: () => 0 })
  const ended = new AbortController()
  const loads = createLoads({
    history,
    clock: systemClock,
    random: new Random(1),
    facts: makeFacts(facts),
    host: '127.0.0.1',
    port,
    signal: ended.signal,
    ...changes,
  })
  onTestFinished(() => ended.abort())
  return { loads, history }
}

/** Resolves as soon as so many events of a kind were written that are the ones meant. */
export async function untilWritten<Kind extends Parameters<History['soFar']>[0]>(
  history: History,
  kind: Kind,
  count: number,
  isMeant: (event: ReturnType<typeof history.soFar<Kind>>[number]) => boolean = () => true,
): Promise<ReturnType<typeof history.soFar<Kind>>> {
  const written = (): ReturnType<typeof history.soFar<Kind>> => history.soFar(kind).filter(isMeant)
  while (written().length < count) await history.waitFor(kind, isMeant, 10_000)
  return written()
}
