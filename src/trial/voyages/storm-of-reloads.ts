import { resolve } from 'node:path'
import {
  EFFECT_WATCHED,
  LAST_CHANGED,
  PER_SECOND,
  STORM_BEGAN,
  STORM_MS,
  STORM_READY,
  STORM_SETTLED,
} from '../history/marks/reload-storm.ts'
import { observeReload } from '../manoeuvres/observe-reload.ts'
import { BorrowedFile } from '../reload/borrowed-file.ts'
import type { Ship } from '../ship/ship.ts'
import { endQuickly } from '../ship/end-quickly.ts'
import { defineVoyage } from '../voyage.ts'
import { withoutReload } from '../without-reload.ts'

/** A change may take so long to be seen; it is not waited for when it is. */
const EFFECT_MS = 5500
const BEFORE_MS = 500
/** So that everything that belongs to a request has been let go of when the kernel's figures are read. */
const QUIET_MS = 1000
const CHANGES = (PER_SECOND * STORM_MS) / 1000
/** For the last second before the last change the file is as it was: whoever drops that one is left with the wrong value. */
const ALIKE = PER_SECOND

export default defineVoyage({
  id: 'storm-of-reloads',
  title: 'storm of reloads',
  description:
    'The declared file is changed once and back, and then under load fifty times a second for 3 s, with the declared signal each time; then it is as it was, also when the trial is given up. ' +
    'The kernel’s figures are read before and after.',
  seconds: { quick: 0, default: 9 },
  lives: () => ({ starts: 1, stops: 0 }),
  skipBecause: withoutReload,
  async sail({ launch, facts, signal, say }) {
    const { reload } = facts
    if (reload === undefined) return
    using file = new BorrowedFile(resolve(facts.cwd, reload.file), signal)
    await using ship = await launch({ label: 'fifty a second' })
    if (!ship.isRunning) return
    const change = (text: string): void => {
      file.write(text)
      if (reload.signal !== undefined) ship.signal(reload.signal)
    }
    const { before, after } = reload.observe
    // Once and back: what a first reload and a first load need, they have before the first reading.
    let stopLoad = startLoad(ship)
    await observeReload(ship, reload, { ms: EFFECT_MS, until: before })
    change(reload.changed)
    await observeReload(ship, reload, { ms: EFFECT_MS, until: after })
    change(file.original)
    await observeReload(ship, reload, { ms: EFFECT_MS, until: before })
    await stopLoad()
    await readQuietly(ship, STORM_READY)

    say('fifty reloads a second')
    stopLoad = startLoad(ship)
    await ship.pause(BEFORE_MS)
    ship.mark(STORM_BEGAN)
    const begun = ship.history.now()
    let count = 0
    for (; count < CHANGES && ship.isRunning && !signal.aborted; count += 1) {
      await ship.pause(Math.max(0, begun + (count * 1000) / PER_SECOND - ship.history.now()))
      change(holdsOriginal(count) ? file.original : reload.changed)
    }
    ship.mark(LAST_CHANGED, { count, expects: after })
    await observeReload(ship, reload, { ms: EFFECT_MS, until: after })
    ship.mark(EFFECT_WATCHED)
    await stopLoad()
    await readQuietly(ship, STORM_SETTLED)
    await endQuickly(ship, facts)
  },
})

/** In turns, then {@link ALIKE} times the same, and only the last one is another. */
function holdsOriginal(index: number): boolean {
  const last = CHANGES - 1
  return index < last && (index >= last - ALIKE || index % 2 === 0)
}

async function readQuietly(ship: Ship, mark: string): Promise<void> {
  await ship.pause(QUIET_MS)
  if (!ship.isRunning) return
  await ship.read()
  ship.mark(mark)
}

function startLoad(ship: Ship): () => Promise<unknown> {
  const loads = [ship.load.keepAlive({ connections: 8, perSecond: 60 }), ship.load.newConnections({ perSecond: 20 })]
  return () => Promise.all(loads.map((load) => load.stop()))
}
