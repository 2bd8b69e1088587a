import { resolve } from 'node:path'
import type { ReloadFact } from '../facts.ts'
import { FILE_CHANGED, OBSERVE_LOAD, RELOAD_BEGAN, RELOAD_ENDED, type ReloadStep } from '../history/marks/reload.ts'
import { BorrowedFile } from '../reload/borrowed-file.ts'
import { truncated, wrongType } from '../reload/spoiled-texts.ts'
import type { Ship } from '../ship/ship.ts'
import { defineVoyage } from '../voyage.ts'

const BEFORE_MS = 1000
/** A change may take so long to be seen; it is not waited for when it is. */
const EFFECT_MS = 5500
/** A service that follows a file looks at least every two seconds. */
const BAD_MS = 2000
const OBSERVE_EVERY_MS = 100
const OBSERVE_TIMEOUT_MS = 2000
/** After an effect: whether it lasts, and whether requests that were under way came through. */
const AFTER_EFFECT_MS = 500

export default defineVoyage({
  id: 'reload',
  title: 'reload of the configuration',
  description:
    'Under load, the declared file is changed, cut off in the middle, given a value of a wrong type, deleted, and changed back; then it is as it was, also when the trial is given up.',
  seconds: { quick: 0, default: 12 },
  skipBecause: ({ reload }) =>
    reload === undefined
      ? 'No reload was declared, so principle 6 is not shown: say it with --reload "config.json blue=>green /colour"'
      : undefined,
  async sail({ launch, facts, signal, say }) {
    const { reload } = facts
    if (reload === undefined) return
    using file = new BorrowedFile(resolve(facts.cwd, reload.file), signal)
    await using ship = await launch({ label: 'reload' })
    if (!ship.isRunning) return
    const stopLoad = startLoad(ship)
    ship.mark(RELOAD_BEGAN)
    await observe(ship, reload, { ms: BEFORE_MS })
    const change = async (step: ReloadStep, says: string, expects: string, write: () => void): Promise<void> => {
      if (!ship.isRunning || signal.aborted) return
      say(`the file is ${says}`)
      write()
      ship.mark(FILE_CHANGED, { step, expects })
      if (reload.signal !== undefined) ship.signal(reload.signal)
      const isGood = step === 'good' || step === 'good-again'
      await observe(ship, reload, isGood ? { ms: EFFECT_MS, until: expects } : { ms: BAD_MS })
    }
    const { before, after } = reload.observe
    const spoiled = wrongType(file.original, reload.changed, reload.file)
    await change('good', 'changed', after, () => file.write(reload.changed))
    await change('truncated', 'cut off', after, () => file.write(truncated(file.original, reload.changed)))
    if (spoiled !== undefined) await change('wrong-type', 'of a wrong type', after, () => file.write(spoiled))
    await change('deleted', 'deleted', after, () => file.remove())
    await change('good-again', 'there again', before, () => file.write(file.original))
    ship.mark(RELOAD_ENDED)
    await stopLoad()
  },
})

function startLoad(ship: Ship): () => Promise<unknown> {
  const loads = [ship.load.keepAlive({ connections: 8, perSecond: 40 }), ship.load.newConnections({ perSecond: 10 })]
  return () => Promise.all(loads.map((load) => load.stop()))
}

/** Asks again and again which configuration is in force, up to a little after it is `until`. */
async function observe(
  ship: Ship,
  { observe: { path } }: ReloadFact,
  { ms, until }: { readonly ms: number; readonly until?: string },
): Promise<void> {
  const route = { method: 'GET', path, headers: {} }
  let end = ship.history.now() + ms
  let isSeen = false
  while (ship.isRunning && ship.history.now() < end) {
    const { body } = await ship.load.once(OBSERVE_LOAD, { route, timeoutMs: OBSERVE_TIMEOUT_MS })
    if (until !== undefined && !isSeen && body?.includes(until) === true) {
      isSeen = true
      end = Math.min(end, ship.history.now() + AFTER_EFFECT_MS)
    }
    const begun = ship.history.now()
    await ship.pause(OBSERVE_EVERY_MS)
    // A pause that ends at once: the trial is given up.
    if (ship.history.now() - begun < OBSERVE_EVERY_MS / 2) return
  }
}
