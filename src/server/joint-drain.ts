import { MAX_LISTED_WORK, type OpenWork } from '../lifecycle/open-work.ts'
import type { LoadGuard } from './shedding/load-guard.ts'
import type { DrainingOptions, FinishOptions, FinishReport, ServerDrain } from './server-drain.ts'

/** The drains of one server that speaks more than one protocol, as one: they run side by side, and counts are added. */
export class JointDrain implements ServerDrain {
  readonly #drains: readonly ServerDrain[]

  constructor(drains: readonly ServerDrain[]) {
    this.#drains = drains
  }

  get inFlight(): number {
    return this.#drains.reduce((sum, { inFlight }) => sum + inFlight, 0)
  }

  get isDraining(): boolean {
    return this.#drains.some(({ isDraining }) => isDraining)
  }

  openWork(): readonly OpenWork[] {
    return oldestFirst(this.#drains.flatMap((drain) => drain.openWork()))
  }

  startDraining(options?: DrainingOptions): void {
    for (const drain of this.#drains) drain.startDraining(options)
  }

  async finish(options: FinishOptions): Promise<FinishReport> {
    const finishing = this.#drains.map((drain) => drain.finish(options))
    // Each to its end, also where another one fails.
    await Promise.allSettled(finishing)
    const reports = await Promise.all(finishing)
    const figures: Record<string, number> = {}
    for (const report of reports) {
      for (const [name, count] of Object.entries(report.figures)) figures[name] = (figures[name] ?? 0) + count
    }
    return {
      clean: reports.every(({ clean }) => clean),
      tookMs: Math.max(...reports.map(({ tookMs }) => tookMs)),
      cutCount: reports.reduce((sum, { cutCount }) => sum + cutCount, 0),
      cut: oldestFirst(reports.flatMap(({ cut }) => cut)).slice(0, MAX_LISTED_WORK),
      figures,
    }
  }

  guard(guard: LoadGuard): void {
    for (const drain of this.#drains) drain.guard?.(guard)
  }

  release(): void {
    for (const drain of this.#drains) drain.release()
  }
}

function oldestFirst(work: readonly OpenWork[]): readonly OpenWork[] {
  return work.toSorted((a, b) => b.ageMs - a.ageMs)
}
