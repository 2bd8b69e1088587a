import type { Clock } from 'seaworthy'

/** What is listened for, and for how long nothing may be heard of it. */
export interface SilencePlan {
  readonly clock: Clock
  /** How long nothing may be heard while something is waited for; `undefined` for as long as it takes. */
  readonly limitMs: number | undefined
  /** What is waited for: the same value for as long as nothing is heard; `undefined` where nothing is waited for. */
  readonly waitsFor: () => unknown
  /** Called at the limit, and again each quarter of it for as long as the same is waited for. */
  readonly onSilence: (silentMs: number) => void
}

/** How often it looks, within the limit. So it is noticed at most a quarter late. */
const LOOKS = 4

/**
 * Notices that nothing is heard any more, from the outside: it looks a few times whether what is waited for is still the
 * same. What is sent costs a comparison, and while nothing is waited for there is no timer.
 */
export class SilenceWatch {
  readonly #plan: SilencePlan
  readonly #limitMs: number
  readonly #tick = (): void => this.#look()
  #cancel: (() => void) | undefined = undefined
  #waitsFor: unknown = undefined
  #sinceMs = 0
  #wasSame = false
  #isEnded: boolean

  constructor(plan: SilencePlan) {
    this.#plan = plan
    this.#limitMs = plan.limitMs ?? 0
    this.#isEnded = plan.limitMs === undefined
  }

  /** To be called when something was sent. */
  begin(): void {
    if (this.#cancel !== undefined || this.#isEnded) return
    const { clock, waitsFor } = this.#plan
    this.#waitsFor = waitsFor()
    this.#sinceMs = clock.now()
    this.#schedule()
  }

  /** Whether nothing was heard between the last two looks. */
  get isSilent(): boolean {
    return this.#wasSame
  }

  end(): void {
    this.#isEnded = true
    this.#wasSame = false
    this.#cancel?.()
    this.#cancel = undefined
  }

  #look(): void {
    this.#cancel = undefined
    const { clock, waitsFor, onSilence } = this.#plan
    const now = clock.now()
    const found = waitsFor()
    this.#wasSame = found !== undefined && found === this.#waitsFor
    if (!this.#wasSame) {
      this.#waitsFor = found
      this.#sinceMs = now
    } else if (now - this.#sinceMs >= this.#limitMs) {
      onSilence(now - this.#sinceMs)
    }
    if (found !== undefined && !this.#isEnded) this.#schedule()
  }

  #schedule(): void {
    this.#cancel = this.#plan.clock.schedule(this.#limitMs / LOOKS, this.#tick, { keepAlive: false })
  }
}
