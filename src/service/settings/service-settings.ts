import type { ConfigSubscriber } from '../../config/reload/config-subscriber.ts'
import { OptionReader } from '../../core/option-reader.ts'
import { isSeaworthyError } from '../../core/seaworthy-error.ts'
import type { RuntimeSettings } from './runtime-settings.ts'
import type { SettingsMoment, SettingsPart } from './settings-part.ts'

/** What the option `settings` is: pure, since it is asked about configurations that never come into force, too. */
export type Evaluate = (config: unknown) => RuntimeSettings | undefined

/** Takes secrets out of a text. */
export type Scrub = (text: string) => string

const NOTHING: RuntimeSettings = Object.freeze({})

/** What the configuration says of the service itself, in force with the configuration and only with it. */
export class ServiceSettings {
  readonly #evaluate: Evaluate
  readonly #parts: readonly SettingsPart[]
  #moment: SettingsMoment = { hasStarted: false }
  #applied: RuntimeSettings = NOTHING
  #next: RuntimeSettings = NOTHING
  /** What held before the change that was committed last; `undefined` while a change is only prepared. */
  #before: RuntimeSettings | undefined

  constructor(evaluate: Evaluate, parts: readonly SettingsPart[]) {
    this.#evaluate = evaluate
    this.#parts = parts
  }

  /**
   * Asks for the settings of a configuration.
   *
   * @param scrub takes the secrets of that configuration out of what others say about it
   * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with every problem
   */
  read(config: unknown, scrub: Scrub = (text) => text): RuntimeSettings {
    const { settings, failure } = this.#ask(config)
    const read = new OptionReader(settings, 'settings')
    if (failure !== undefined) read.problem(scrub(failure))
    for (const { names } of this.#parts) for (const name of names) read.value(name)
    for (const part of this.#parts) {
      try {
        part.check(settings ?? NOTHING, this.#moment)
      } catch (error) {
        read.problem(scrub(messageOf(error)))
      }
    }
    read.done('SEA_OPTIONS_INVALID', 'Correct the configuration, or what settings() makes of it.')
    return settings ?? NOTHING
  }

  apply(settings: RuntimeSettings): void {
    this.#applied = settings
    for (const part of this.#parts) part.apply(settings, this.#moment)
  }

  /**
   * Every component has started: what is set on them holds from now on.
   *
   * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`
   */
  hasStarted(config: unknown, scrub?: Scrub): void {
    this.#moment = { hasStarted: true }
    this.apply(this.read(config, scrub))
  }

  /** Takes part in each change of the configuration. */
  subscriber(): ConfigSubscriber {
    return {
      name: 'settings',
      prepare: ({ next }) => {
        this.#before = undefined
        this.#next = this.read(next)
      },
      commit: () => {
        this.#before = this.#applied
        this.apply(this.#next)
      },
      rollback: () => {
        if (this.#before !== undefined) this.apply(this.#before)
      },
    }
  }

  #ask(config: unknown): { readonly settings?: RuntimeSettings | undefined; readonly failure?: string } {
    try {
      const settings = this.#evaluate(config)
      if (settings instanceof Promise) {
        settings.catch(() => {})
        return { failure: 'it returned a promise, expected the settings themselves' }
      }
      return { settings }
    } catch (error) {
      return { failure: `it threw: ${messageOf(error)}` }
    }
  }
}

/** On one line. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return isSeaworthyError(error) ? error.message.replaceAll(/\s*\n\s*-?\s*/g, ' ') : error.message
}
