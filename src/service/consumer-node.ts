import { SeaworthyError } from '../core/seaworthy-error.ts'
import type { HookContext } from '../lifecycle/hook.ts'
import { messageOf } from '../lifecycle/shutdown-report.ts'
import { WorkLedger } from '../lifecycle/work-ledger.ts'
import type { StartUpPolicy } from '../recovery/start-up/start-up-options.ts'
import type { ComponentHost } from './component-host.ts'
import { toContext } from './component-host.ts'
import type { ComponentNode } from './component-node.ts'
import { ComponentStart } from './component-start.ts'
import type { Needs } from './component.ts'
import type { ConsumerDefinition } from './consumer.ts'
import type { StartLimits } from './definition-reader.ts'
import { abandonLeft, endWork, type WorkEnd } from './end-work.ts'

/** A consumer as a node: paused when the shutdown is announced, its jobs waited for in `finish`. */
export function toConsumerNode<Config, T, N extends Needs, P extends StartUpPolicy>(
  host: ComponentHost<Config>,
  name: string,
  definition: ConsumerDefinition<Config, T, N, P>,
  { startUp, ...limits }: StartLimits,
): ComponentNode {
  const { clock } = host
  const { giveBack, stop } = definition
  const ledger = new WorkLedger(clock, host.live.around)
  const component = new ComponentStart<T>(host, name, definition, startUp)
  const pause = new Pause(() => definition.pause(component.value))
  let inFlightAtAnnounce = 0
  let abandoned: readonly string[] | undefined

  return {
    name,
    kind: 'consumer',
    ...limits,
    value: () => component.shown,
    describeStart: () => component.describe(),
    start: (context) =>
      component.start(context, (signal) =>
        definition.start({ ...toContext(host, name, definition.needs, signal), work: ledger }),
      ),
    announce() {
      component.close()
      inFlightAtAnnounce = ledger.inFlight
      if (component.isUp) void pause.begin()
    },
    async finish({ limitMs }: HookContext) {
      const end = await endWork(ledger, limitMs, {
        clock,
        name,
        // One that has not come takes nothing.
        noMore: component.isUp ? pause.begin() : Promise.resolve(),
        mayBeginLate: false,
        giveBack: giveBack && ((context) => giveBack(component.value, context)),
      })
      abandoned ??= end.abandoned
      const problems = [...(component.isUp ? pause.problems() : []), ...problemsOf(end)]
      if (problems.length === 0) return
      throw new SeaworthyError('SEA_SHUTDOWN_FAILED', problems.map(({ text }) => text).join('; '), {
        cause: problems.find(({ error }) => error !== undefined)?.error,
      })
    },
    aborted() {
      // Where the event loop was blocked at the hard limit, the slice is over before anything has been abandoned.
      abandoned ??= abandonLeft(ledger)
      return abandoned.map((job) => `${name}: ${job}`)
    },
    openWork: () => ledger.openWork(),
    figures() {
      const { started, ...rest } = ledger.totals
      return { inFlightAtAnnounce, jobs: started, ...rest }
    },
    async stop({ signal, limitMs }) {
      // Without a turn in between where there is none: what blocks the loop then is its stop alone.
      const attempt = component.end()
      if (attempt !== undefined) await attempt
      if (!component.isUp) return
      // One that came when nobody waited for it any more takes work until it is told.
      if (!pause.hasBegun) await pause.begin()
      await stop?.(component.value, { signal, limitMs })
    },
  }
}

interface Problem {
  readonly text: string
  readonly error?: unknown
}

function problemsOf({ givenBack }: WorkEnd): readonly Problem[] {
  if (givenBack === undefined || givenBack.outcome === 'done') return []
  if (givenBack.outcome === 'failed')
    return [{ text: `giveBack failed: ${messageOf(givenBack.error)}`, error: givenBack.error }]
  return [{ text: 'giveBack did not end in time' }]
}

/** The one call of `pause`, which may throw, reject or never end. */
class Pause {
  readonly #pause: () => unknown
  #pausing: Promise<void> | undefined
  #isOver = false
  #failure: { readonly error: unknown } | undefined

  constructor(pause: () => unknown) {
    this.#pause = pause
  }

  get hasBegun(): boolean {
    return this.#pausing !== undefined
  }

  /** Pauses at the first call. Resolves when it has ended, in whatever way. */
  begin(): Promise<void> {
    this.#pausing ??= this.#run()
    return this.#pausing
  }

  problems(): readonly Problem[] {
    if (!this.#isOver) return [{ text: 'pause did not end in time' }]
    if (this.#failure === undefined) return []
    return [{ text: `pause failed: ${messageOf(this.#failure.error)}`, error: this.#failure.error }]
  }

  async #run(): Promise<void> {
    try {
      await this.#pause()
    } catch (error) {
      this.#failure = { error }
    }
    this.#isOver = true
  }
}
