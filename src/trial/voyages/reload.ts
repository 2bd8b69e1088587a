import { resolve } from 'node:path'
import { FILE_CHANGED, RELOAD_BEGAN, RELOAD_ENDED, type ReloadStep } from '../history/marks/reload.ts'
import { observeReload } from '../manoeuvres/observe-reload.ts'
import { BorrowedFile } from '../reload/borrowed-file.ts'
import { truncated, wrongType } from '../reload/spoiled-texts.ts'
import type { Ship } from '../ship/ship.ts'
import { defineVoyage } from '../voyage.ts'
import { withoutReload } from '../without-reload.ts'

const BEFORE_MS = 1000
/** A change may take so long to be seen; it is not waited for when it is. */
const EFFECT_MS = 5500
/** A service that follows a file looks at least every two seconds. */
const BAD_MS = 2000

export default defineVoyage({
  id: 'reload',
  title: 'reload of the configuration',
  description:
    'Under load, the declared file is changed, cut off in the middle, given a value of a wrong type, deleted, and changed back; then it is as it was, also when the trial is given up.',
  seconds: { quick: 0, default: 12 },
  skipBecause: withoutReload,
  async sail({ launch, facts, signal, say }) {
    const { reload } = facts
    if (reload === undefined) return
    using file = new BorrowedFile(resolve(facts.cwd, reload.file), signal)
    await using ship = await launch({ label: 'reload' })
    if (!ship.isRunning) return
    const stopLoad = startLoad(ship)
    ship.mark(RELOAD_BEGAN)
    await observeReload(ship, reload, { ms: BEFORE_MS })
    const change = async (step: ReloadStep, says: string, expects: string, write: () => void): Promise<void> => {
      if (!ship.isRunning || signal.aborted) return
      say(`the file is ${says}`)
      write()
      ship.mark(FILE_CHANGED, { step, expects })
      if (reload.signal !== undefined) ship.signal(reload.signal)
      const isGood = step === 'good' || step === 'good-again'
      await observeReload(ship, reload, isGood ? { ms: EFFECT_MS, until: expects } : { ms: BAD_MS })
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
