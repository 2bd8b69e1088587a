import { randomUUID } from 'node:crypto'
import { History } from '../history/history.ts'
import type { Lifetime } from '../history/lifetime.ts'
import type { ControlService } from './control-service.ts'
import { launch } from './launch.ts'
import { openHarbour } from './open-harbour.ts'
import type { Bridge, LaunchOptions, Ship } from './ship.ts'

export interface BridgeOptions extends Omit<Bridge, 'launch' | 'openHarbour'> {
  /** Of the whole trial: part of the marker by which processes are known. */
  readonly trialId: string
  /** The id of the voyage: of all lifetimes that begin here. */
  readonly voyage: string
  /** Counts the lifetimes of the whole trial. */
  readonly nextLifetimeId: () => number
  /** Tells how quiet the machine is; started and ended by whoever made it. */
  readonly control?: ControlService
  /** Time of day, in milliseconds since 1970. */
  readonly unixMs: () => number
}

/** A bridge that remembers what it launched. */
export interface OwnedBridge extends Bridge, AsyncDisposable {
  /** The lifetimes so far, in the order in which they began; complete after `end()`. */
  lifetimes(): readonly Lifetime[]
  /** Ends every ship that is still at sea, also one that is being launched. Safe to call again. Never rejects. */
  end(): Promise<void>
}

/**
 * What a voyage works with. When its signal is aborted, every ship is ended at once; when a voyage throws, whoever sails
 * it ends the bridge, and nothing of the service is left.
 */
export function createBridge(options: BridgeOptions): OwnedBridge {
  const { voyage, trialId, nextLifetimeId, unixMs, control, ...given } = options
  const { clock, signal } = given
  const histories: History[] = []
  const ships = new Set<Pick<Ship, 'end'>>()
  const launches = new Set<Promise<unknown>>()

  const endAll = async (): Promise<void> => {
    await Promise.allSettled([...ships].map((ship) => ship.end()))
    await Promise.allSettled(launches)
    // One that came out of a launch meanwhile.
    await Promise.allSettled([...ships].map((ship) => ship.end()))
  }
  const onAbort = (): void => void endAll()
  const begin = ({ label, settings = {} }: Pick<LaunchOptions, 'label' | 'settings'>) => {
    signal.throwIfAborted()
    const history = new History({ id: nextLifetimeId(), voyage, label, settings, clock, unixMs })
    histories.push(history)
    const trialOfLifetime = `${trialId}.${randomUUID()}`
    return { bridge: given, history, trialId: trialOfLifetime, ...(control === undefined ? {} : { control }) }
  }
  const keep = (ship: Pick<Ship, 'end'>): void => {
    ships.add(ship)
    if (signal.aborted) void ship.end()
  }
  const remember = (launching: Promise<unknown>): void => {
    launches.add(launching)
    const forget = (): void => void launches.delete(launching)
    launching.then(forget, forget)
  }
  signal.addEventListener('abort', onAbort, { once: true })

  return {
    ...given,
    launch: (launchOptions) => {
      const launching = launch(launchOptions, { ...begin(launchOptions), onSpawned: keep })
      remember(launching)
      return launching
    },
    openHarbour: (harbourOptions) => {
      const opening = openHarbour(harbourOptions, begin(harbourOptions)).then((harbour) => {
        keep(harbour)
        return harbour
      })
      remember(opening)
      return opening
    },
    lifetimes: () => histories.map((history) => history.lifetime()),
    end: async () => {
      await endAll()
      signal.removeEventListener('abort', onAbort)
    },
    async [Symbol.asyncDispose]() {
      await this.end()
    },
  }
}
