import { SeaworthyError } from '../core/seaworthy-error.ts'
import type { OpenWork } from '../lifecycle/open-work.ts'
import { type BoundaryHost, setBoundaryHost } from '../server/boundary-host.ts'
import type { ServerDrain, TrackableServer } from '../server/server-drain.ts'
import type { LoadGuard } from '../server/shedding/load-guard.ts'
import { trackServer } from '../server/track-server.ts'
import type { ComponentHost } from './component-host.ts'
import type { Application } from './listenable.ts'
import { inFlightLimits, ServerEnds } from './server-ends.ts'

/** Whose server it is; a server can be drained by one listener only. */
const owners = new WeakMap<TrackableServer, string>()

/** The servers of one listener, with one account and one end. */
export class ServerGroup {
  /** Known once `start` has returned it. */
  application: Application = {}
  readonly #host: ComponentHost<unknown>
  readonly #name: string
  readonly #drains = new Map<TrackableServer, ServerDrain>()
  readonly #ends: ServerEnds
  #guard: LoadGuard | undefined
  #inFlightAtAnnounce: number | undefined
  #isEnding = false

  constructor(host: ComponentHost<unknown>, name: string) {
    this.#host = host
    this.#name = name
    this.#ends = new ServerEnds(host.clock)
  }

  get servers(): readonly TrackableServer[] {
    return [...this.#drains.keys()]
  }

  /**
   * Takes a server into the account; one that is in it already is left alone.
   *
   * @throws {@link SeaworthyError} `SEA_LISTENER_CLAIMED`, or `SEA_LISTENER_NOT_LISTENABLE` for an unknown kind
   */
  track(server: TrackableServer): void {
    if (this.#drains.has(server)) return
    const owner = owners.get(server)
    if (owner !== undefined) {
      throw new SeaworthyError(
        'SEA_LISTENER_CLAIMED',
        `The server of listener "${this.#name}" is that of listener "${owner}" already`,
        { hint: 'Give each listener a server of its own, and attach each server once.' },
      )
    }
    const facts: BoundaryHost = {
      name: this.#name,
      log: this.#host.lateLogFor(this.#name),
      routeOf: (request) => this.application.routeOf?.(request),
    }
    setBoundaryHost(server, facts)
    const drain = trackServer(server, {
      ...facts,
      clock: this.#host.clock,
      sayGoodbye: (socket, reason) => this.application.sayGoodbye?.(socket, reason) ?? false,
    })
    this.#host.live.onServer?.(server)
    owners.set(server, this.#name)
    this.#drains.set(server, drain)
    if (this.#guard !== undefined) drain.guard?.(this.#guard)
    server.on('close', () => this.#onClose(server))
    // One that its application opens in the middle of a shutdown: it goes the way of the others.
    if (this.#isEnding) drain.startDraining()
    if (this.#ends.hasBegun) this.#ends.endLate({ name: this.#name, drain })
  }

  /** What stands before the handlers of every server from now on. */
  set guard(guard: LoadGuard | undefined) {
    this.#guard = guard
    if (guard !== undefined) for (const drain of this.#drains.values()) drain.guard?.(guard)
  }

  startDraining(spreadMs: number): void {
    this.#isEnding = true
    this.#inFlightAtAnnounce = this.#inFlight
    for (const drain of this.#drains.values()) drain.startDraining({ spreadMs })
  }

  /** Ends every server at the same time, within the slice. */
  async finish(sliceMs: number): Promise<void> {
    this.#isEnding = true
    const { softMs, hardMs } = inFlightLimits(sliceMs)
    const limits = { limitMs: hardMs, softLimitMs: softMs }
    const servers = [...this.#drains.values()].map((drain) => ({ name: this.#name, drain }))
    await this.#ends.endAll(servers, limits).finally(() => this.#disown())
  }

  /** The work in flight on all servers, the oldest first. */
  openWork(): readonly OpenWork[] {
    return [...this.#drains.values()].flatMap((drain) => drain.openWork()).toSorted((a, b) => b.ageMs - a.ageMs)
  }

  /** What had to be cut: by name as far as it is listed, the rest by number. */
  cut(): readonly string[] {
    return this.#ends.cut()
  }

  /** Counts of the end, over all servers. */
  figures(): Readonly<Record<string, number>> {
    // Somebody else may end the process before anything is announced.
    return { inFlightAtAnnounce: this.#inFlightAtAnnounce ?? this.#inFlight, ...this.#ends.figures() }
  }

  get #inFlight(): number {
    return [...this.#drains.values()].reduce((sum, { inFlight }) => sum + inFlight, 0)
  }

  /** Takes the account off the servers, for a start that came to nothing. */
  release(): void {
    this.#isEnding = true
    for (const drain of this.#drains.values()) drain.release()
    this.#disown()
  }

  #disown(): void {
    for (const server of this.#drains.keys()) {
      owners.delete(server)
      this.#host.live.release(server)
    }
  }

  /** Somebody else closed it: a service that nobody can reach must not go on as if nothing had happened. */
  #onClose(server: TrackableServer): void {
    if (this.#isEnding || server.listening || this.#host.state() !== 'ready') return
    this.#host.fatal(
      this.#name,
      new SeaworthyError(
        'SEA_LISTENER_FAILED',
        `The server of listener "${this.#name}" was closed by the application`,
        {
          hint: 'Call service.stop() to end the service; it closes the server at the right moment.',
        },
      ),
    )
  }
}
