import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import { OptionReader } from '../core/option-reader.ts'
import { SeaworthyError } from '../core/seaworthy-error.ts'
import type { HealthChecker } from '../health/health-checker.ts'
import type { LoadGuard } from '../server/shedding/load-guard.ts'
import type { LoadShedding } from '../server/shedding/load-shedding.ts'
import {
  type LimitValues,
  readLimits,
  readShedding,
  type SheddingHandle,
  type SheddingLimitsByListener,
  type SheddingOptions,
  type SheddingWords,
} from '../server/shedding/shedding-options.ts'
import type { Layer } from '../server/shedding/shedding-settings.ts'
import type { SettingTarget } from './settings/settings-part.ts'

/** As much of a service as this needs. */
export interface SheddingOwner {
  readonly clock: Clock
  readonly health: HealthChecker
  readonly live: { limits: SettingTarget<unknown> | undefined }
  lateLogFor(component: string): Log
}

interface Changed {
  readonly all: LimitValues
  readonly byListener: ReadonlyMap<string, LimitValues>
}

const UNCHANGED: Changed = { all: readLimits(new OptionReader({}, '')), byListener: new Map() }

/** Load shedding of a service: what was said of it, and its way in. What does it is loaded with the first listener that sheds. */
export class ServiceShedding implements SheddingHandle, SettingTarget<unknown> {
  readonly #words: SheddingWords | false | undefined
  readonly #started = new Set<string>()
  /** What those listeners say of themselves that shed load, by their names. */
  readonly #listeners = new Map<string, SheddingWords | undefined>()
  #changed = UNCHANGED
  #loading: Promise<LoadShedding> | undefined
  #reconfigure: (() => void) | undefined

  constructor(words: SheddingWords | false | undefined) {
    this.#words = words
  }

  /** Takes what a listener says of itself. */
  declare(name: string, option: SheddingOptions | boolean | undefined): void {
    const own = readShedding(new OptionReader({ shedding: option }, name))
    if (own === false || (own === undefined && !this.#isOn)) return
    // One that says `true` where the service has limits has those.
    this.#listeners.set(name, option === true && this.#isOn ? undefined : own)
  }

  /** What is to stand before the servers of a listener; `undefined` where nothing is refused. */
  async guard(host: SheddingOwner, name: string): Promise<LoadGuard | undefined> {
    if (!this.#listeners.has(name)) return undefined
    host.live.limits = this
    const shedding = await (this.#loading ??= load(host))
    const { settle } = await import('../server/shedding/shedding-settings.ts')
    this.#started.add(name)
    const guard = (each: string): LoadGuard => shedding.guard(each, settle(this.#layers(each)))
    this.#reconfigure = () => {
      for (const each of this.#started) guard(each)
    }
    return guard(name)
  }

  set(limits: SheddingLimitsByListener): void {
    this.check(limits)
    this.apply(limits)
  }

  check(limits: unknown): void {
    if (limits === undefined) return
    if (!this.#isOn && this.#listeners.size === 0) {
      throw new SeaworthyError('SEA_OPTIONS_INVALID', 'limits were set, and nothing of this service sheds load', {
        hint: 'Give createService() or a listener the option shedding: {}, then limits can be set while it runs.',
      })
    }
    const read = new OptionReader(limits, 'limits of load')
    readLimits(read)
    const listeners = new OptionReader(read.value('listeners'), '"listeners"')
    for (const name of this.#listeners.keys()) {
      const inner = new OptionReader(listeners.value(name), `"${name}"`)
      readLimits(inner)
      listeners.include(inner)
    }
    read.include(listeners)
    read.done()
  }

  apply(limits: unknown): void {
    const read = new OptionReader(limits, '')
    const listeners = Object.entries(read.value<object>('listeners') ?? {})
    this.#changed = {
      all: readLimits(read),
      byListener: new Map(listeners.map(([name, each]) => [name, readLimits(new OptionReader(each, ''))])),
    }
    this.#reconfigure?.()
  }

  get #isOn(): boolean {
    return this.#words !== undefined && this.#words !== false
  }

  /** Who speaks of a listener, the one that goes before the others first. */
  #layers(name: string): readonly Layer[] {
    const own = this.#listeners.get(name)
    const changed = this.#changed.byListener.get(name)
    const words = this.#words === false ? undefined : this.#words
    return [
      ...(changed === undefined ? [] : [{ limits: changed }]),
      ...(own === undefined ? [] : [own]),
      { limits: this.#changed.all },
      ...(words === undefined ? [] : [words]),
    ]
  }
}

async function load(host: SheddingOwner): Promise<LoadShedding> {
  const { LoadShedding: Loaded } = await import('../server/shedding/load-shedding.ts')
  const { clock, health } = host
  return new Loaded({ clock, health, logFor: (listener) => host.lateLogFor(listener) })
}
