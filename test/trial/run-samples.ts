import type { Lifetime } from '../../src/trial/history/lifetime.ts'
import type { OpenBridge } from '../../src/trial/sail-voyage.ts'
import type { BridgeOptions, OwnedBridge } from '../../src/trial/ship/bridge.ts'
import { defineTrial, type Trial } from '../../src/trial/trial.ts'
import { pass } from '../../src/trial/verdict/make-verdict.ts'
import type { Noise } from '../../src/trial/verdict/noise-guard.ts'
import { defineVoyage, type Voyage } from '../../src/trial/voyage.ts'
import { makeLifetime } from './samples.ts'

/** A trial that passes, unless it says otherwise. */
export function makeTrial(changes: Partial<Trial> & { readonly id: string }): Trial {
  return defineTrial({
    slug: `slug-of-${changes.id.toLowerCase()}`,
    claim: 'What is claimed holds.',
    procedure: 'It is looked at. It passes when it is there.',
    seed: ['P1'],
    remedy: { feature: 'drain', page: 'guide/drain.md', change: 'Change it.', rules: [] },
    voyages: ['short'],
    isTiming: false,
    judge: () => pass('It held'),
    ...changes,
  })
}

/** A voyage of one second that does nothing, unless it says otherwise. */
export function makeVoyage(changes: Partial<Voyage> & { readonly id: string }): Voyage {
  return defineVoyage({
    title: changes.id,
    description: 'Nothing is done.',
    seconds: { quick: 1, default: 1 },
    sail: () => Promise.resolve(),
    ...changes,
  })
}

export function byId<T extends { readonly id: string }>(...items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [item.id, item]))
}

export const QUIET: Noise = { isNoisy: false, says: 'The machine was quiet', figures: [] }
export const NOISY: Noise = {
  isNoisy: true,
  says: 'The machine was too noisy: a door',
  figures: [{ name: 'latenessMs', value: 80 }],
}

/** A bridge without a service: each voyage has the lifetime that `live` makes, when it launches. */
export function bridgeWithout(live: (options: BridgeOptions) => Partial<Lifetime> = () => ({})): OpenBridge {
  return (options) => {
    const lived: Lifetime[] = []
    const bridge: OwnedBridge = {
      ...options,
      launch: () => {
        const { id = options.nextLifetimeId(), events = [], ...rest } = live(options)
        lived.push(makeLifetime(events, { voyage: options.voyage, id, ...rest }))
        return Promise.reject(new Error('There is no service here'))
      },
      openHarbour: () => Promise.reject(new Error('There is no harbour here')),
      lifetimes: () => lived,
      end: () => Promise.resolve(),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }
    return bridge
  }
}
