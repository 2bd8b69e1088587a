import type { Server } from 'node:net'
import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import type { OpenWork } from '../lifecycle/open-work.ts'
import type { HookContext } from '../lifecycle/hook.ts'
import { boundAddress } from '../server/bound-address.ts'
import { applyServerDefaults } from '../server/server-defaults.ts'
import { trackServer } from '../server/track-server.ts'
import type { ComponentNode } from '../service/component-node.ts'
import { type EndingServer, inFlightLimits, ServerEnds } from '../service/server-ends.ts'
import { allowOneMoreClose } from './close-again.ts'

export interface ServersNodeOptions {
  readonly clock: Clock
  readonly log: Log
  /** How long listeners go on accepting in the shutdown that has begun. */
  readonly drainDelayMs: () => number
}

/** All servers of the application as one component: each is tracked from when it listens until it is closed. */
export class ServersNode implements ComponentNode {
  readonly name = 'servers'
  readonly needs = []
  /** By the URL of the server, as the report does. */
  readonly namesItsWork = true
  readonly startLimitMs = 1000
  readonly #options: ServersNodeOptions
  readonly #found = new Map<Server, EndingServer>()
  readonly #ends: ServerEnds
  #isDraining = false

  constructor(options: ServersNodeOptions) {
    this.#options = options
    this.#ends = new ServerEnds(options.clock)
  }

  /** Without a server there is nobody who would have to notice that it goes. */
  get kind(): 'listener' | 'resource' {
    return this.#found.size > 0 ? 'listener' : 'resource'
  }

  /** Where the servers listen. */
  get urls(): readonly string[] {
    return [...this.#found.values()].map(({ name }) => name)
  }

  /** Takes a server that listens into the account. Never throws: a server of an unknown kind is left alone, and told of. */
  add(server: Server): void {
    if (this.#found.has(server) || !server.listening) return
    const { clock, log } = this.#options
    const name = boundAddress(server).url
    try {
      applyServerDefaults(server)
      const found = { name, drain: trackServer(server, { clock, name, log }) }
      this.#found.set(server, found)
      server.once('close', () => this.#forget(server))
      log.info({ server: name }, `found ${name}`)
      if (this.#isDraining) found.drain.startDraining()
      if (!this.#ends.hasBegun) return
      this.#ends.endLate(found)
      allowOneMoreClose(server)
    } catch (error) {
      log.warn({ err: error, server: name }, `${name} is not drained: it is a server of an unknown kind`)
    }
  }

  /** Gives up all servers, for a process that ends although they are there (they were told not to keep it alive). */
  release(): void {
    for (const { drain } of this.#found.values()) drain.release()
    this.#found.clear()
  }

  readonly value = (): undefined => undefined
  readonly start = (): void => {}
  readonly stop = (): void => {}

  readonly announce = (): void => {
    this.#isDraining = true
    const spreadMs = this.#options.drainDelayMs()
    for (const { drain } of this.#found.values()) drain.startDraining({ spreadMs })
  }

  readonly finish = async ({ limitMs }: HookContext): Promise<void> => {
    const { softMs, hardMs } = inFlightLimits(limitMs)
    const limits = { limitMs: hardMs, softLimitMs: softMs }
    const ended = this.#ends.endAll(this.#found.values(), limits)
    for (const server of this.#found.keys()) allowOneMoreClose(server)
    await ended
  }

  readonly openWork = (): readonly OpenWork[] =>
    [...this.#found.values()]
      .flatMap(({ name, drain }) => drain.openWork().map((work) => ({ ...work, name: `${name}: ${work.name}` })))
      .toSorted((a, b) => b.ageMs - a.ageMs)

  readonly aborted = (): readonly string[] => this.#ends.cut()

  readonly figures = (): Readonly<Record<string, number>> => this.#ends.figures()

  #forget(server: Server): void {
    if (this.#ends.hasBegun) return
    this.#found.get(server)?.drain.release()
    this.#found.delete(server)
    // It was told to listen again in the same moment, before its end was told.
    this.add(server)
  }
}
