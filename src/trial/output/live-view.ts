import type { Cancel, Clock } from '../../core/clock.ts'
import type { Leg } from '../leg.ts'
import type { Plan } from '../plan.ts'
import type { JudgedTrial, SailedVoyage } from '../report.ts'
import type { RunWatcher } from '../run-trials.ts'
import type { Trial } from '../trial.ts'
import { DrawnBlock } from './drawn-block.ts'
import { liveLines } from './live-lines.ts'
import { emptyState, type LiveState, withJudged, withoutVoyage, withSaid, withVoyage } from './live-state.ts'
import type { Paint } from './paint.ts'
import type { Screen } from './screen.ts'

export interface LiveViewOptions {
  readonly screen: Screen
  readonly clock: Clock
  readonly paint: Paint
  readonly trials: readonly Trial[]
}

/** Between two drawings: often enough that nothing seems to stand still, seldom enough to cost nothing. */
const DRAW_EVERY_MS = 200

/** Shows on a terminal what happens while trials run, in place. */
export class LiveView implements RunWatcher {
  readonly #options: LiveViewOptions
  readonly #block: DrawnBlock
  readonly #forgetResize: () => void
  #state: LiveState
  #cancel: Cancel = () => {}
  #isEnded = false

  constructor(options: LiveViewOptions) {
    this.#options = options
    this.#block = new DrawnBlock(options.screen)
    this.#state = emptyState(options.trials, options.clock.now())
    this.#forgetResize = options.screen.onResize(() => this.#draw())
    this.#draw()
  }

  planned(plan: Plan): void {
    this.#state = { ...this.#state, plan, sailingSinceMs: this.#options.clock.now() }
  }

  voyageBegan(leg: Leg, attempt: number): void {
    this.#state = withVoyage(this.#state, leg, attempt, this.#options.clock.now())
  }

  said(what: string, leg?: Leg): void {
    this.#state = withSaid(this.#state, what, leg)
  }

  voyageEnded({ voyage }: SailedVoyage): void {
    this.#state = withoutVoyage(this.#state, voyage)
  }

  judged(judged: JudgedTrial): void {
    this.#state = withJudged(this.#state, judged)
  }

  /** What is printed meanwhile stands above the view, and stays. */
  printAbove(print: () => void): void {
    this.#block.erase()
    print()
    this.#draw()
  }

  /** Takes the view away. Safe to call again. */
  end(): void {
    this.#isEnded = true
    this.#cancel()
    this.#forgetResize()
    this.#block.erase()
  }

  #draw(): void {
    if (this.#isEnded) return
    this.#cancel()
    const { screen, clock, paint } = this.#options
    const { columns, rows } = screen
    this.#block.draw(liveLines(this.#state, { columns, rows, now: clock.now(), paint }))
    this.#cancel = clock.schedule(DRAW_EVERY_MS, () => this.#draw(), { keepAlive: false })
  }
}
