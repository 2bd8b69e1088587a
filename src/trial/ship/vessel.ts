import { commandOf } from '../../process/process-family.ts'
import type { Clock } from '../../core/clock.ts'
import { sleep } from '../../core/wait.ts'
import { BoundedLines, type KeptLine } from '../../process/bounded-lines.ts'
import { ChildOfOurs } from '../../process/child-of-ours.ts'
import type { ProcessExit } from '../../process/owned-process.ts'
import type { History, NewEvent } from '../history/history.ts'
import type { ExitedEvent } from '../history/process-events.ts'
import { Lookout } from './lookout.ts'
import { MARKER_VARIABLE } from './service-environment.ts'

export interface VesselOptions {
  readonly history: History
  readonly clock: Clock
  readonly command: readonly string[]
  readonly cwd: string
  /** The whole environment, with the marker. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where it should listen. */
  readonly host: string
  readonly port: number
  /** Words that make it process 1 of a namespace of its own. */
  readonly pidNamespace?: readonly string[]
  readonly readsSlowly?: boolean
  /** @default 250 */
  readonly readingEveryMs?: number
  /** Which replica it is: written into every event. */
  readonly pod?: string
}

/** How a vessel is ended. */
export interface VesselEnd {
  readonly signal: NodeJS.Signals
  /** From the signal to SIGKILL. */
  readonly graceMs: number
}

const READING_MS = 250
/** Children that end a little after what was started are not left behind: they hear of its end. */
const AFTERMATH_MS = 1000
const AFTERMATH_POLL_MS = 50
/** How long output is read once everything has ended. */
const OUTPUT_LIMIT_MS = 2000
const CLEANUP_LIMIT_MS = 5000
/** What a shell answers for a command that it doesn't find, and for one that it may not run. */
const NOT_FOUND = 127
const NOT_ALLOWED = 126

/**
 * A service that runs as processes of ours, with all that can be seen of them from outside: output, listeners, figures,
 * signals, its end, and what it leaves behind. Everything is written into the history as it happens.
 */
export class Vessel {
  readonly exited: Promise<ExitedEvent>
  readonly #options: VesselOptions
  readonly #lookout: Lookout
  readonly #lines: Readonly<Record<'stdout' | 'stderr', BoundedLines>>
  /** When each signal was sent for the first time, on the scale of the clock. */
  readonly #signalled = new Map<NodeJS.Signals, number>()
  #child: ChildOfOurs | undefined
  #resolveExited: (event: ExitedEvent) => void = () => {}
  #exit: ExitedEvent | undefined
  #aftermath: Promise<void> = Promise.resolve()
  /** Then the rest is ended with it, as in a container, and nothing was left behind by the service. */
  #wasKilledByUs = false
  #ending: Promise<void> | undefined

  private constructor(options: VesselOptions) {
    const { clock, host, port, env, readingEveryMs = READING_MS } = options
    this.#options = options
    this.exited = new Promise((resolve) => (this.#resolveExited = resolve))
    const linesOf = (stream: 'stdout' | 'stderr'): BoundedLines =>
      new BoundedLines({ clock, onLine: (line) => this.#addLine(stream, line) })
    this.#lines = { stdout: linesOf('stdout'), stderr: linesOf('stderr') }
    this.#lookout = new Lookout({
      marker: `${MARKER_VARIABLE}=${env[MARKER_VARIABLE] ?? ''}`,
      clock,
      host,
      port,
      pid: () => this.pid,
      isRunning: () => this.isRunning,
      readingEveryMs,
      add: (event) => this.#add(event),
    })
  }

  /** Starts it. A command that can't be started is a vessel that has ended: exit code 127, or 126 when it may not be run. */
  static async start(options: VesselOptions): Promise<Vessel> {
    const vessel = new Vessel(options)
    await vessel.#start()
    return vessel
  }

  /** Of what was started; 0 when that failed. */
  get pid(): number {
    return this.#child?.pid ?? 0
  }

  get isRunning(): boolean {
    return this.#exit === undefined
  }

  /** Whether one of its processes is still there, whatever became of the one that was started. */
  get hasProcesses(): boolean {
    return this.#lookout.members().length > 0
  }

  /** Whether it takes connections on its port. */
  get isListening(): boolean {
    return this.#lookout.openPorts().includes(this.#options.port)
  }

  /** Resolves as soon as it takes connections on its port, and with false at its end or after `timeoutMs`. */
  async whenListening(timeoutMs: number): Promise<boolean> {
    const { history, port, pod } = this.#options
    if (this.isListening) return true
    const opened = history
      .waitFor('listening', (event) => event.what === 'opened' && event.port === port && event.pod === pod, timeoutMs)
      .then((event) => event !== undefined)
    return Promise.race([opened, this.#whenGone(timeoutMs).then(() => this.isListening)])
  }

  /** Signals what was started and nothing else. @returns false, and nothing is written, when it has ended */
  signal(signal: NodeJS.Signals, why: 'trial' | 'cleanup' = 'trial'): boolean {
    const { history, clock } = this.#options
    const at = history.now()
    if (this.#child === undefined || !this.#child.signal(signal)) return false
    if (signal === 'SIGKILL') this.#wasKilledByUs = true
    if (!this.#signalled.has(signal)) this.#signalled.set(signal, clock.now())
    this.#add({ kind: 'signal', at, signal, why })
    this.#lookout.expectClose()
    return true
  }

  async waitForExit(timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    const limit = new AbortController()
    const giveUp = (): void => limit.abort()
    signal?.addEventListener('abort', giveUp, { once: true })
    void this.exited.then(giveUp)
    if (signal?.aborted !== true) await sleep(this.#options.clock, timeoutMs, { signal: limit.signal })
    signal?.removeEventListener('abort', giveUp)
    return this.#exit !== undefined
  }

  /** Output that was read slowly is read as fast as it comes from now on. */
  hurryOutput(): void {
    this.#child?.hurryOutput()
  }

  /** Stops every process of it (SIGSTOP), or lets them go on (SIGCONT). */
  signalAll(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#lookout.signalAll(signal)
  }

  /** Writes down the kernel's figures of now, with sockets by state. */
  read(): Promise<void> {
    return this.#lookout.read()
  }

  /**
   * Ends it: the signal, SIGKILL after the grace; then whatever it has left behind. Bounded, whatever the service does;
   * safe to call again.
   */
  end(how: VesselEnd): Promise<void> {
    this.#ending ??= this.#end(how)
    return this.#ending
  }

  async #start(): Promise<void> {
    const { clock, history, command, cwd, env, pidNamespace, readsSlowly } = this.#options
    const at = history.now()
    let early: ProcessExit | undefined
    try {
      this.#child = await ChildOfOurs.start({
        command,
        cwd,
        env,
        clock,
        onBytes: (bytes, stream) => this.#lines[stream].push(bytes),
        onExit: (exit) => {
          early = exit
          if (this.#child !== undefined) this.#onExit(exit)
        },
        ...(pidNamespace === undefined ? {} : { pidNamespace }),
        ...(readsSlowly === undefined ? {} : { readsSlowly }),
      })
    } catch (error) {
      this.#couldNotStart(error as NodeJS.ErrnoException)
      return
    }
    const { carrierPid } = this.#child
    this.#add({ kind: 'spawned', at, pid: this.pid, command: command.join(' '), isPid1: carrierPid !== undefined })
    this.#lookout.start(carrierPid)
    if (early !== undefined) this.#onExit(early)
  }

  #couldNotStart({ code, message }: NodeJS.ErrnoException): void {
    const { history, pod } = this.#options
    history.mark('not started', { message, ...(pod === undefined ? {} : { pod }) })
    this.#onExit({ code: code === 'ENOENT' ? NOT_FOUND : NOT_ALLOWED, signal: null })
  }

  #onExit({ code, signal }: ProcessExit): void {
    if (this.#exit !== undefined) return
    const { history, pod } = this.#options
    // Listeners that were closed by it, or just before it, come first.
    void this.#lookout.lookAtListeners()
    const event = { kind: 'exited', at: history.now(), code, signal, ...(pod === undefined ? {} : { pod }) } as const
    this.#exit = event
    this.#add(event)
    if (this.#child !== undefined) this.#aftermath = this.#lookBack()
    this.#resolveExited(event)
  }

  /** Waits a little for children to hear of the end, and writes down those that stay. */
  async #lookBack(): Promise<void> {
    const { clock } = this.#options
    const until = clock.now() + AFTERMATH_MS
    let members = this.#lookout.members(true)
    while (members.length > 0 && clock.now() < until && !this.#wasKilledByUs) {
      await sleep(clock, AFTERMATH_POLL_MS)
      members = this.#lookout.members()
    }
    members = this.#lookout.members(true)
    await this.#lookout.lookAtListeners()
    if (this.#wasKilledByUs) return
    for (const { pid, command } of members) {
      this.#add({ kind: 'left-behind', pid, command: commandOf(pid) || command, ports: this.#lookout.openPorts(pid) })
    }
  }

  async #end({ signal, graceMs }: VesselEnd): Promise<void> {
    const { clock } = this.#options
    if (this.isRunning) {
      this.signalAll('SIGCONT')
      // One that was asked to end already is not asked again: a second signal means "at once".
      const askedAt = this.#signalled.get(signal)
      if (askedAt === undefined) this.signal(signal, 'cleanup')
      const waitedMs = askedAt === undefined ? 0 : clock.now() - askedAt
      if (!(await this.waitForExit(Math.max(0, graceMs - waitedMs)))) {
        this.signal('SIGKILL', 'cleanup')
        await this.waitForExit(CLEANUP_LIMIT_MS)
      }
    }
    await this.#aftermath
    await this.#lookout.endAll(CLEANUP_LIMIT_MS)
    await this.#child?.readToTheEnd(OUTPUT_LIMIT_MS, clock)
    for (const lines of [this.#lines.stdout, this.#lines.stderr]) lines.end()
    this.#lookout.stop()
  }

  /** Resolves when neither what was started nor anything of its family is left, or after `timeoutMs`. */
  async #whenGone(timeoutMs: number): Promise<void> {
    const { clock } = this.#options
    const until = clock.now() + timeoutMs
    if (!(await this.waitForExit(timeoutMs))) return
    // One that runs in the background by itself may still come to listen.
    while (this.hasProcesses && !this.isListening && clock.now() < until) await sleep(clock, AFTERMATH_POLL_MS)
  }

  #addLine(stream: 'stdout' | 'stderr', { text, droppedLines, droppedBytes }: KeptLine): void {
    // What the carrier has to say of the end is none of the service's words.
    if (this.#child?.carrierPid !== undefined && text.startsWith('unshare: ')) return
    this.#add({
      kind: 'output',
      stream,
      line: text,
      ...(droppedLines === 0 ? {} : { droppedLines }),
      ...(droppedBytes === 0 ? {} : { droppedBytes }),
    })
  }

  #add(event: NewEvent): void {
    const { history, pod } = this.#options
    history.add(pod === undefined ? event : ({ ...event, pod } as NewEvent))
  }
}
