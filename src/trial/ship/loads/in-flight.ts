import { sleep } from '../../../core/wait.ts'
import { ActiveLoad } from './active-load.ts'
import type { LoadContext } from './load-context.ts'

/** Between a request that was over and the next in its place, at least: what ends at once is not sent like mad. */
const MIN_CADENCE_MS = 100

/** How requests are kept in flight. */
export interface InFlightOptions {
  readonly inFlight: number
  /** From the beginning of one to the beginning of the next in its place, at least. @default 100 */
  readonly cadenceMs?: number
  /** The first ones begin within so long, at random moments, so that they do not end together. @default 0 */
  readonly spreadMs?: number
  /** Sends one and resolves when it is settled. */
  readonly send: (load: ActiveLoad) => Promise<unknown>
}

/** Keeps so many requests in flight: the next begins when the one in its place is over. */
export function keepInFlight(context: LoadContext, options: InFlightOptions): ActiveLoad {
  const { clock, random } = context
  const load = new ActiveLoad()
  const ended = new AbortController()
  load.onSendingEnds(() => ended.abort())
  const runPlace = async (): Promise<void> => {
    await sleep(clock, random.ratio() * (options.spreadMs ?? 0), { signal: ended.signal })
    while (load.isOpening) {
      const beganAt = clock.now()
      await load.track(options.send(load))
      const restMs = beganAt + (options.cadenceMs ?? MIN_CADENCE_MS) - clock.now()
      if (restMs > 0) await sleep(clock, restMs, { signal: ended.signal })
    }
  }
  for (let place = 0; place < options.inFlight; place++) void runPlace()
  return load
}
