import type { Cancel, Clock } from '../../core/clock.ts'
import { endFamily } from '../../process/end-family.ts'
import { FamilyReader } from '../../process/family-reading.ts'
import { type ListenerChange, ListenerWatch } from '../../process/listener-watch.ts'
import { PortKnocker } from '../../process/port-knocker.ts'
import { type FamilyMember, ProcessFamily } from '../../process/process-family.ts'
import type { NewEvent } from '../history/history.ts'

const NO_DESCRIPTOR: ReadonlySet<string | undefined> = new Set(['EMFILE', 'ENFILE'])

export interface LookoutOptions {
  /** `NAME=value` in the environment of everything that belongs to it. */
  readonly marker: string
  readonly clock: Clock
  readonly host: string
  readonly port: number
  /** Of what was started; 0 before. */
  readonly pid: () => number
  readonly isRunning: () => boolean
  /** Between two readings. */
  readonly readingEveryMs: number
  readonly add: (event: NewEvent) => void
}

/**
 * Watches a service from outside, and writes down what it sees: its processes, its listeners, the kernel's figures. Without
 * `/proc` there are only the one port, seen by connecting to it, and no processes beside the one that was started.
 */
export class Lookout {
  readonly #options: LookoutOptions
  #family: ProcessFamily
  #reader: FamilyReader
  #watch: ListenerWatch | PortKnocker
  #cancelReading: Cancel = () => {}

  /** Notes what listens already: it must be made before the service is started. */
  constructor(options: LookoutOptions) {
    this.#options = options
    this.#family = this.#newFamily()
    this.#reader = new FamilyReader(this.#family)
    this.#watch = this.#newWatch()
    this.#watch.prepare()
  }

  /** @param carrierPid of a process that only carries the service, and does not belong to it */
  start(carrierPid: number | undefined): void {
    if (carrierPid !== undefined) {
      this.#family = this.#newFamily(carrierPid)
      this.#reader = new FamilyReader(this.#family)
      if (this.#watch instanceof ListenerWatch) this.#watch.follow(this.#family)
    }
    this.#family.look()
    this.#watch.start()
    this.#readOn()
  }

  /** Processes that are alive, after a look for new ones. @param whole looks at every process of the machine again */
  members(whole = false): readonly FamilyMember[] {
    this.#family.look({ whole })
    return this.#family.members
  }

  /** Ports on which a process takes connections, or all of them. */
  openPorts(pid?: number): readonly number[] {
    const own = this.#watch.open.filter((listener) => pid === undefined || listener.pid === pid)
    return [...new Set(own.map(({ port }) => port))]
  }

  /** Looks for listeners that were opened or closed. */
  lookAtListeners(): Promise<void> {
    return this.#watch.lookNow()
  }

  /** From now on it looks more often whether a listener was closed. */
  expectClose(): void {
    this.#watch.expectClose()
  }

  /** Writes down the figures of now, with sockets by state. */
  async read(): Promise<void> {
    if (!ProcessFamily.isSupported) return
    this.#family.look()
    const sockets = await this.#reader.readSockets()
    this.#options.add({ kind: 'reading', ...this.#reader.read(), sockets })
  }

  signalAll(signal: 'SIGSTOP' | 'SIGCONT'): void {
    for (const member of this.members()) this.#family.signal(member, signal)
  }

  /** Ends every process that is still there. */
  async endAll(limitMs: number): Promise<void> {
    await endFamily(this.#family, this.#options.clock, limitMs)
    await this.#watch.lookNow()
  }

  stop(): void {
    this.#watch.stop()
    this.#cancelReading()
  }

  #readOn(): void {
    const { clock, readingEveryMs, add } = this.#options
    if (!ProcessFamily.isSupported) return
    try {
      this.#family.look()
      const figures = this.#reader.read()
      if (figures.processCount > 0) add({ kind: 'reading', ...figures })
    } catch (error) {
      // Without a descriptor left nothing can be read; the next time there may be one.
      if (!NO_DESCRIPTOR.has((error as NodeJS.ErrnoException).code)) throw error
    }
    this.#cancelReading = clock.schedule(readingEveryMs, () => this.#readOn(), { keepAlive: false })
  }

  #newFamily(carrierPid?: number): ProcessFamily {
    const { marker, add } = this.#options
    return new ProcessFamily({
      marker,
      ...(carrierPid === undefined ? {} : { carrierPid }),
      onFound: ({ pid, parentPid, command }) => add({ kind: 'process-seen', pid, parentPid, command }),
    })
  }

  #newWatch(): ListenerWatch | PortKnocker {
    const { clock, host, port, pid, isRunning, add } = this.#options
    const onChange = (change: ListenerChange): void => add({ kind: 'listening', ...change })
    if (ProcessFamily.isSupported) return new ListenerWatch({ family: this.#family, clock, onChange })
    return new PortKnocker({ host, port, clock, pid, isRunning, onChange })
  }
}
