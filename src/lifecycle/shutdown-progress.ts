import type { Clock } from '../core/clock.ts'
import { attempt } from './attempt.ts'
import type { Hook, HookRecord } from './hook.ts'
import { MAX_LISTED_WORK, type OpenWork } from './open-work.ts'
import type { PhaseName, PhaseRecord } from './shutdown-report.ts'

/** Where a shutdown is: `start` while the start that it interrupts is given up, `report` at its very end. */
export type ProgressPhase = PhaseName | 'start' | 'report'

/** A hook that has not ended. */
export interface RunningHook {
  readonly name: string
  readonly phase: ProgressPhase
  readonly ageMs: number
}

/** What a shutdown waits for, at one moment. Plain data: it is logged, and sent to the thread that watches. */
export interface ProgressSnapshot {
  readonly phase: ProgressPhase
  /** Since the shutdown began. */
  readonly elapsedMs: number
  /** Hooks that have not ended, the oldest first, at most {@link MAX_LISTED_WORK}. */
  readonly running: readonly RunningHook[]
  /** All work in flight, and the oldest of it, at most {@link MAX_LISTED_WORK}. */
  readonly openCount: number
  readonly open: readonly OpenWork[]
}

/** In these nothing is late: clients are still served, or the start that was interrupted is given up. */
const SERVING: ReadonlySet<ProgressPhase> = new Set(['start', 'announce', 'drain'])

interface Running {
  readonly hook: Pick<Hook, 'name' | 'isIdle'>
  readonly phase: ProgressPhase
  readonly startedAt: number
}

/** Follows a shutdown, so that anyone can tell at any moment what it waits for, also when it does not end. */
export class ShutdownProgress {
  readonly #clock: Clock
  readonly #startedAt: number
  readonly #running = new Set<Running>()
  readonly #phases: PhaseRecord[] = []
  #ended: HookRecord[] = []
  #phase: ProgressPhase = 'start'
  #phaseStartedAt: number
  #drainEndedAt: number | undefined
  #openWork: () => readonly OpenWork[] = () => []
  #onChange: () => void = () => {}

  constructor(clock: Clock) {
    this.#clock = clock
    this.#startedAt = clock.now()
    this.#phaseStartedAt = this.#startedAt
  }

  get phase(): ProgressPhase {
    return this.#phase
  }

  get elapsedMs(): number {
    return this.#clock.now() - this.#startedAt
  }

  /** Since the drain delay was over, or there was none; `undefined` while everything is still served, or still starts. */
  get sinceDrainMs(): number | undefined {
    return this.#drainEndedAt === undefined ? undefined : this.#clock.now() - this.#drainEndedAt
  }

  /** How to find what is in flight; nothing is known of it before. */
  follow(openWork: () => readonly OpenWork[]): void {
    this.#openWork = openWork
  }

  /** Called at each change of phase, and when a hook begins and ends; there is one listener. */
  set onChange(listener: () => void) {
    this.#onChange = listener
  }

  enter(phase: ProgressPhase): void {
    this.#closePhase()
    this.#phase = phase
    this.#phaseStartedAt = this.#clock.now()
    if (!SERVING.has(phase)) this.#drainEndedAt ??= this.#phaseStartedAt
    this.#onChange()
  }

  /** Runs a hook, which is named in every snapshot until it has ended. */
  async track(hook: Running['hook'], run: () => Promise<HookRecord>): Promise<HookRecord> {
    const running: Running = { hook, phase: this.#phase, startedAt: this.#clock.now() }
    this.#running.add(running)
    // Before it runs: it may block.
    this.#onChange()
    try {
      const record = await run()
      this.#ended.push(record)
      return record
    } finally {
      this.#running.delete(running)
      this.#onChange()
    }
  }

  snapshot(): ProgressSnapshot {
    const now = this.#clock.now()
    const open = this.#listOpenWork()
    return {
      phase: this.#phase,
      elapsedMs: Math.round(now - this.#startedAt),
      running: this.#busy()
        .slice(0, MAX_LISTED_WORK)
        .map(({ hook, phase, startedAt }) => ({ name: hook.name, phase, ageMs: Math.round(now - startedAt) })),
      openCount: open.length,
      open: open.slice(0, MAX_LISTED_WORK),
    }
  }

  /** The phases up to now, for a shutdown that is cut short: what has not ended counts as timed out. */
  phases(): readonly PhaseRecord[] {
    const now = this.#clock.now()
    const hooks = this.#busy().map(({ hook, startedAt }): HookRecord => ({
      name: hook.name,
      outcome: 'timed-out',
      tookMs: Math.round(now - startedAt),
    }))
    if (!isPhase(this.#phase)) return this.#phases
    const current = { phase: this.#phase, tookMs: now - this.#phaseStartedAt, hooks: [...this.#ended, ...hooks] }
    return [...this.#phases, current]
  }

  #busy(): readonly Running[] {
    return [...this.#running].filter(({ hook }) => attempt(() => hook.isIdle?.()) !== true)
  }

  #closePhase(): void {
    if (isPhase(this.#phase))
      this.#phases.push({ phase: this.#phase, tookMs: this.#clock.now() - this.#phaseStartedAt, hooks: this.#ended })
    this.#ended = []
  }

  #listOpenWork(): readonly OpenWork[] {
    // A ledger that throws must not cost the line that says what else is open.
    return attempt(() => this.#openWork()) ?? []
  }
}

function isPhase(phase: ProgressPhase): phase is PhaseName {
  return phase !== 'start' && phase !== 'report'
}
