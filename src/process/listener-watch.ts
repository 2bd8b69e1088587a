import type { Cancel, Clock } from '../core/clock.ts'
import type { ProcessFamily } from './process-family.ts'
import { inodeOf, readListeningSockets, socketsOf, type TcpSocket } from './tcp-sockets.ts'

/** A port of a family that takes connections. */
export interface Listener {
  readonly port: number
  readonly host: string
  readonly pid: number
}

/** A port was opened or closed, between two looks that were so far apart. */
export interface ListenerChange extends Listener {
  readonly what: 'opened' | 'closed'
  readonly resolutionMs: number
}

export interface ListenerWatchOptions {
  readonly family: ProcessFamily
  readonly clock: Clock
  readonly onChange: (change: ListenerChange) => void
}

interface Known extends Listener {
  readonly inode: number
  /** Whoever has it open; it is closed when nobody has. */
  holders: { readonly pid: number; readonly descriptor: number }[]
  lookedAt: number
}

/** Between two looks for new listeners: until there is one, and afterwards. */
const FIRST_SEARCH_MS = 10
const SEARCH_MS = 100
/** Between two looks at a known one: while nothing happens, and once the service was signalled. */
const CHECK_MS = 50
const CLOSE_CHECK_MS = 10
/** Looking may take a tenth of the time, however slow the machine is. */
const COST_FACTOR = 10

/**
 * Sees at which moment a family begins and ends to take connections. To find a listener it reads the kernel's list of
 * them; to see it close it only looks whether the file descriptors that were found still lead to it. Needs `/proc`.
 */
export class ListenerWatch {
  readonly #options: ListenerWatchOptions
  #family: ProcessFamily
  readonly #known = new Map<number, Known>()
  /** Listeners of others, that were there before. */
  readonly #foreign = new Set<number>()
  #cancelSearch: Cancel = () => {}
  #cancelCheck: Cancel = () => {}
  #searchedAt: number
  #checkMs = CHECK_MS
  #hasFound = false
  #isStopped = false

  constructor(options: ListenerWatchOptions) {
    this.#options = options
    this.#family = options.family
    this.#searchedAt = options.clock.now()
  }

  /** Before the service is started: notes what listens already. */
  prepare(): void {
    for (const { inode } of readListeningSockets('self')) this.#foreign.add(inode)
    this.#searchedAt = this.#options.clock.now()
  }

  start(): void {
    this.#searchOn()
    this.#checkOn()
  }

  /** Whose listeners they are from now on. */
  follow(family: ProcessFamily): void {
    this.#family = family
  }

  get open(): readonly Listener[] {
    return [...this.#known.values()].map(({ port, host, pid }) => ({ port, host, pid }))
  }

  /** From now on it looks more often whether a listener was closed. */
  expectClose(): void {
    this.#checkMs = CLOSE_CHECK_MS
    if (!this.#isStopped) this.#checkOn()
  }

  /** Looks once more for what is there. */
  lookNow(): Promise<void> {
    this.#search()
    this.#check()
    return Promise.resolve()
  }

  stop(): void {
    this.#isStopped = true
    this.#cancelSearch()
    this.#cancelCheck()
  }

  #searchOn(): void {
    const { clock } = this.#options
    if (this.#isStopped) return
    const startedAt = clock.now()
    this.#search()
    const tookMs = clock.now() - startedAt
    const pauseMs = Math.max(this.#hasFound ? SEARCH_MS : FIRST_SEARCH_MS, tookMs * COST_FACTOR)
    this.#cancelSearch = clock.schedule(pauseMs, () => this.#searchOn(), { keepAlive: false })
  }

  #checkOn(): void {
    this.#cancelCheck()
    this.#check()
    this.#cancelCheck = this.#options.clock.schedule(this.#checkMs, () => this.#checkOn(), { keepAlive: false })
  }

  #search(): void {
    const { clock } = this.#options
    const family = this.#family
    const members = family.members
    // In a network of its own, a service has a table of its own.
    const rows = readListeningSockets(members[0]?.pid ?? 'self')
    const now = clock.now()
    const resolutionMs = now - this.#searchedAt
    this.#searchedAt = now
    const unknown = rows.filter(({ inode }) => !this.#foreign.has(inode) && !this.#known.has(inode))
    if (unknown.length === 0) return
    family.look()
    const tables = family.members.map(({ pid }) => ({ pid, sockets: socketsOf(pid) }))
    for (const row of unknown) {
      const holders = tables.flatMap(({ pid, sockets }) => {
        const descriptor = sockets.get(row.inode)
        return descriptor === undefined ? [] : [{ pid, descriptor }]
      })
      const [first] = holders
      if (first !== undefined && !this.#known.has(row.inode)) this.#opened(row, first.pid, holders, resolutionMs)
    }
  }

  #opened(row: TcpSocket, pid: number, holders: Known['holders'], resolutionMs: number): void {
    const listener = { port: row.localPort, host: row.localHost, pid }
    this.#known.set(row.inode, { ...listener, inode: row.inode, holders, lookedAt: this.#options.clock.now() })
    this.#hasFound = true
    this.#options.onChange({ what: 'opened', ...listener, resolutionMs })
  }

  #check(): void {
    const now = this.#options.clock.now()
    for (const known of this.#known.values()) {
      const stillHolds = ({ pid, descriptor }: Known['holders'][number]): boolean =>
        inodeOf(pid, descriptor) === known.inode
      if (!known.holders.some(stillHolds)) known.holders = this.#holdersOf(known.inode)
      if (known.holders.length > 0) {
        known.lookedAt = now
        continue
      }
      this.#known.delete(known.inode)
      const { port, host, pid, lookedAt } = known
      this.#options.onChange({ what: 'closed', port, host, pid, resolutionMs: now - lookedAt })
    }
  }

  /** Another process may have taken it over, or the same under another number. */
  #holdersOf(inode: number): Known['holders'] {
    this.#family.look()
    return this.#family.members.flatMap(({ pid }) => {
      const descriptor = socketsOf(pid).get(inode)
      return descriptor === undefined ? [] : [{ pid, descriptor }]
    })
  }
}
