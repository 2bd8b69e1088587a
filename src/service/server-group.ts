import { formatDuration } from '../core/duration.ts'
import { SeaworthyError } from '../core/seaworthy-error.ts'
import { MAX_LISTED_WORK, type OpenWork } from '../lifecycle/open-work.ts'
import type { FinishOptions, FinishReport, ServerDrain, TrackableServer } from '../server/server-drain.ts'
import { trackServer } from '../server/track-server.ts'
import type { ComponentHost } from './component-host.ts'
import { inFlightLimits } from './in-flight-limits.ts'
import type { Application } from './listenable.ts'

/** Whose server it is; a server can be drained by one listener only. */
const owners = new WeakMap<TrackableServer, string>()

/** The servers of one listener, with one account and one end. */
export class ServerGroup {
  /** Known once `start` has returned it. */
  application: Application = {}
  readonly #host: ComponentHost<unknown>
  readonly #name: string
  readonly #drains = new Map<TrackableServer, ServerDrain>()
  readonly #reports = new Map<ServerDrain, FinishReport>()
  /** What was open when the limit was reached, for reports that have not come. */
  readonly #openAtLimit = new Map<ServerDrain, readonly OpenWork[]>()
  #inFlightAtAnnounce = 0
  #isEnding = false
  #limits: FinishOptions | undefined

  constructor(host: ComponentHost<unknown>, name: string) {
    this.#host = host
    this.#name = name
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
    const drain = trackServer(server, {
      clock: this.#host.clock,
      name: this.#name,
      log: this.#host.lateLogFor(this.#name),
      routeOf: (request) => this.application.routeOf?.(request),
      sayGoodbye: (socket, reason) => this.application.sayGoodbye?.(socket, reason) ?? false,
    })
    owners.set(server, this.#name)
    this.#drains.set(server, drain)
    server.on('close', () => this.#onClose(server))
    // One that its application opens in the middle of a shutdown: it goes the way of the others.
    if (this.#isEnding) drain.startDraining()
    if (this.#limits !== undefined) void drain.finish(this.#limits)
  }

  startDraining(spreadMs: number): void {
    this.#isEnding = true
    this.#inFlightAtAnnounce = 0
    for (const drain of this.#drains.values()) {
      this.#inFlightAtAnnounce += drain.inFlight
      drain.startDraining({ spreadMs })
    }
  }

  /** Ends every server at the same time, within the slice. */
  async finish(sliceMs: number): Promise<void> {
    this.#isEnding = true
    const { softMs, hardMs } = inFlightLimits(sliceMs)
    const limits = { limitMs: hardMs, softLimitMs: softMs }
    this.#limits = limits
    const drains = [...this.#drains.values()]
    // Scheduled before the drains' own, so called before: where the event loop is blocked until the slice is over, too,
    // the report on what was cut comes some turns after it has been asked for.
    const cancel = this.#host.clock.schedule(hardMs, () => {
      for (const drain of drains) if (!this.#reports.has(drain)) this.#openAtLimit.set(drain, drain.openWork())
    })
    await Promise.all(drains.map(async (drain) => this.#reports.set(drain, await drain.finish(limits))))
    cancel()
    this.#disown()
  }

  /** The work in flight on all servers, the oldest first. */
  openWork(): readonly OpenWork[] {
    return [...this.#drains.values()].flatMap((drain) => drain.openWork()).toSorted((a, b) => b.ageMs - a.ageMs)
  }

  /** What had to be cut: by name as far as it is listed, the rest by number. */
  cut(): readonly string[] {
    return this.#cuts().flatMap(({ cut, cutCount }) => [
      ...cut.map(({ name, ageMs }) => `${this.#name}: ${name} after ${formatDuration(ageMs)}`),
      ...(cutCount > cut.length ? [`${this.#name}: ${cutCount - cut.length} more`] : []),
    ])
  }

  /** Counts of the end, over all servers. */
  figures(): Readonly<Record<string, number>> {
    const sums: Record<string, number> = { inFlightAtAnnounce: this.#inFlightAtAnnounce }
    for (const { figures } of this.#cuts()) {
      for (const [name, count] of Object.entries(figures)) sums[name] = (sums[name] ?? 0) + count
    }
    return sums
  }

  /** Takes the account off the servers, for a start that came to nothing. */
  release(): void {
    this.#isEnding = true
    for (const drain of this.#drains.values()) drain.release()
    this.#disown()
  }

  /** What each drain reports; of one that has not, what it was about to cut. */
  #cuts(): readonly Pick<FinishReport, 'cut' | 'cutCount' | 'figures'>[] {
    const late = [...this.#openAtLimit].filter(([drain]) => !this.#reports.has(drain))
    return [
      ...this.#reports.values(),
      ...late.map(([, open]) => ({
        cut: open.slice(0, MAX_LISTED_WORK),
        cutCount: open.length,
        figures: { cut: open.length },
      })),
    ]
  }

  #disown(): void {
    for (const server of this.#drains.keys()) owners.delete(server)
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
