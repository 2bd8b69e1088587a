import { SeaworthyError } from '../core/seaworthy-error.ts'
import type { HookContext } from '../lifecycle/hook.ts'
import { messageOf } from '../lifecycle/shutdown-report.ts'
import { WorkLedger } from '../lifecycle/work-ledger.ts'
import { registerCheck } from './component-check.ts'
import type { ComponentHost } from './component-host.ts'
import { toContext } from './component-host.ts'
import type { ComponentNode } from './component-node.ts'
import type { Needs } from './component.ts'
import type { ConsumerDefinition } from './consumer.ts'
import type { NodeLimits } from './definition-reader.ts'
import { abandonLeft, endWork, type WorkEnd } from './end-work.ts'

/** A consumer as a node: paused when the shutdown is announced, its jobs waited for in `finish`. */
export function toConsumerNode<Config, T, N extends Needs>(
  host: ComponentHost<Config>,
  name: string,
  definition: ConsumerDefinition<Config, T, N>,
  limits: NodeLimits,
): ComponentNode {
  const { clock } = host
  const { giveBack, stop } = definition
  const ledger = new WorkLedger(clock)
  let value: T | undefined
  const pause = new Pause(() => definition.pause(value as T))
  let inFlightAtAnnounce = 0
  let abandoned: readonly string[] | undefined

  return {
    name,
    kind: 'consumer',
    ...limits,
    value: () => value,
    async start({ signal }) {
      const context = { ...toContext(host, name, definition.needs, signal), work: ledger }
      const started = await definition.start(context)
      value = started
      registerCheck(host, name, definition, started)
    },
    announce() {
      inFlightAtAnnounce = ledger.inFlight
      void pause.begin()
    },
    async finish({ limitMs }: HookContext) {
      const end = await endWork(ledger, limitMs, {
        clock,
        name,
        noMore: pause.begin(),
        mayBeginLate: false,
        giveBack: giveBack && ((context) => giveBack(value as T, context)),
      })
      abandoned ??= end.abandoned
      const problems = [...pause.problems(), ...problemsOf(end)]
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
    async stop({ signal }) {
      host.health.deregister(name)
      await stop?.(value as T, { signal })
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
