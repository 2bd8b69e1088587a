import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { metrics } from '@opentelemetry/api'
import type { Cancel, Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import { settleWithin } from '../../core/wait.ts'
import { formatDuration } from '../../core/duration.ts'
import { untraced } from '../../health/check-runner.ts'
import type { ProbeSnapshot } from '../../health/probe-snapshot.ts'
import type { RouteRequest } from '../admin-route.ts'
import type { BoundAddress } from '../bound-address.ts'
import { type ListenOptions, toBindError, toLaterError } from '../listen.ts'
import type { AccessOptions } from '../private-access.ts'
import type { Answer } from '../send-answer.ts'
import type { FinishReport } from '../server-drain.ts'
import type { FromOffLoop, OffLoopBrief, ProbeNews, Recovery, SystemError, ToOffLoop } from './off-loop-messages.ts'

/** What the thread has to know of the service. */
export interface OffLoopSettings extends Pick<OffLoopBrief, 'stuckAfterMs' | 'name' | 'fields' | 'fd' | 'evidence'> {
  /** What probes are answered from now. */
  readonly snapshot: () => ProbeSnapshot
}

export interface OffLoopOptions extends ListenOptions, Pick<AccessOptions, 'details' | 'token'> {
  readonly clock: Clock
  readonly log: Log
  /** Answers what is no probe. Must not reject. */
  readonly answer: (target: string, request: RouteRequest, mayKnow: boolean) => Promise<Answer>
  /** The thread has ended without being told to, and its port is free. */
  readonly onLost: () => void
}

/** A thread that has not begun to listen by then is given up: the port must be served by somebody. */
const START_LIMIT_MS = 10_000
/** What is there already is read within a turn. */
const READ_LIMIT_MS = 500
/** What a close may take besides its own limit: two messages. */
const CLOSE_GRACE_MS = 250
/** The thread holds a few dozen modules and answers from memory. */
const MAX_HEAP_MB = 64
/** How often the event loop shows that it turns, where nobody looks whether it is stuck. */
const DEFAULT_BEAT_MS = 250

/**
 * A thread that has the admin port: it answers the probes from the last snapshot while this thread is busy, says that the
 * event loop is stuck when it does not turn any more, and hands on everything else.
 */
export class OffLoopAdmin {
  readonly #worker: Worker
  readonly #options: OffLoopOptions
  readonly #settings: OffLoopSettings
  readonly #turns: Int32Array<SharedArrayBuffer>
  readonly #asked = new Map<number, AbortController>()
  readonly #closed = Promise.withResolvers<FinishReport | undefined>()
  #bound: BoundAddress | undefined
  #sent: ProbeNews
  #endBeat: Cancel = () => {}
  #closing: Promise<FinishReport> | undefined

  private constructor(settings: OffLoopSettings, options: OffLoopOptions) {
    this.#settings = settings
    this.#options = options
    this.#turns = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
    this.#sent = this.#news()
    const brief: OffLoopBrief = {
      kind: 'seaworthy-off-loop',
      port: options.port,
      host: options.host,
      details: options.details,
      turns: this.#turns,
      stuckAfterMs: isDebugged() ? undefined : settings.stuckAfterMs,
      mainOriginMs: monotonicMs() - performance.now(),
      mayInspect: process.permission === undefined || process.permission.has('inspector'),
      name: settings.name,
      fields: settings.fields,
      fd: settings.fd,
      evidence: settings.evidence,
      news: this.#sent,
    }
    // From sources and from dist: the file has the ending of this one.
    const file = new URL(`./off-loop-worker${extname(import.meta.url)}`, import.meta.url)
    this.#worker = new Worker(file, {
      workerData: brief,
      name: 'seaworthy probes',
      // Nothing of the service's own environment: no preloaded module runs twice, no variable is copied.
      execArgv: [],
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    })
  }

  /**
   * Begins to listen in a thread of its own. Where that is impossible (`--permission` without `--allow-worker`, a bundle
   * without the file), a warning says so and there is nothing.
   *
   * @throws {@link SeaworthyError} `SEA_LISTENER_PORT_TAKEN` or `SEA_LISTENER_BIND_FAILED`
   */
  static async open(settings: OffLoopSettings, options: OffLoopOptions): Promise<OffLoopAdmin | undefined> {
    let admin: OffLoopAdmin
    try {
      admin = new OffLoopAdmin(settings, options)
    } catch (error) {
      warnOfNone(options.log, error)
      return undefined
    }
    const begun = admin.#begin()
    let settled = await settleWithin(options.clock, START_LIMIT_MS, () => begun)
    // This thread may have been busy all that time, as at the start of an application, and not have read what was said.
    if (settled.outcome === 'timed-out') settled = await settleWithin(options.clock, READ_LIMIT_MS, () => begun)
    if (settled.outcome === 'done' && settled.value === undefined) return admin
    await admin.#worker.terminate()
    if (settled.outcome === 'done') throw toBindError(settled.value, options)
    warnOfNone(
      options.log,
      settled.outcome === 'failed' ? settled.error : new Error('its thread did not start in time'),
    )
    return undefined
  }

  /** Where it is bound. */
  get bound(): BoundAddress | undefined {
    return this.#bound
  }

  /** Tells the thread what has changed, if anything has. */
  refresh(): void {
    const news = this.#news()
    if (news.snapshot === this.#sent.snapshot && news.token === this.#sent.token) return
    this.#sent = news
    this.#post(news)
  }

  unref(): void {
    this.#worker.unref()
  }

  /** Ends the listener and what is open, within `limitMs`, and then the thread. Safe to call again. */
  close(limitMs: number): Promise<FinishReport> {
    this.#closing ??= this.#close(limitMs)
    return this.#closing
  }

  async #close(limitMs: number): Promise<FinishReport> {
    this.#post({ kind: 'close', limitMs })
    const { clock } = this.#options
    const startedAt = clock.now()
    const settled = await settleWithin(clock, limitMs + CLOSE_GRACE_MS, () => this.#closed.promise)
    this.#endBeat()
    this.#worker.unref()
    // Nobody waits for that: the port is free.
    void this.#worker.terminate()
    const report = settled.outcome === 'done' ? settled.value : undefined
    const tookMs = Math.round(clock.now() - startedAt)
    return report ?? { clean: false, tookMs, cutCount: 0, cut: [], figures: {} }
  }

  /** @returns why the port could not be had, or nothing @throws why there is no thread */
  #begin(): Promise<Error | undefined> {
    this.#beat()
    return new Promise((resolve, reject) => {
      this.#worker.on('message', (message: FromOffLoop) => {
        if (message.kind === 'listening') {
          this.#bound = message.bound
          resolve(undefined)
        } else if (message.kind === 'not-bound') resolve(toError(message.error))
        else this.#hear(message)
      })
      this.#worker.on('error', (error) => {
        if (this.#bound === undefined) reject(error)
        else if (this.#closing === undefined)
          this.#options.log.warn({ err: error }, 'The thread that answers the probes has failed')
      })
      this.#worker.on('exit', (code) => {
        this.#endBeat()
        reject(new Error(`its thread ended with code ${code}`))
        this.#lose()
      })
    })
  }

  #lose(): void {
    for (const gone of this.#asked.values()) gone.abort()
    this.#asked.clear()
    this.#closed.resolve(undefined)
    if (this.#bound === undefined || this.#closing !== undefined) return
    this.#options.log.warn(
      { event: 'probes.thread_lost' },
      'The thread that answers the probes has ended; the main thread answers them from now on, and not while it is busy',
    )
    this.#options.onLost()
  }

  /** Shows that the event loop turns, and tells the results of checks. */
  #beat(): void {
    Atomics.add(this.#turns, 0, 1)
    this.refresh()
    const { stuckAfterMs } = this.#settings
    const beatMs = stuckAfterMs === undefined ? DEFAULT_BEAT_MS : Math.min(DEFAULT_BEAT_MS, stuckAfterMs / 10)
    this.#endBeat = this.#options.clock.schedule(beatMs, () => this.#beat(), { keepAlive: false })
  }

  #hear(message: Exclude<FromOffLoop, { kind: 'listening' | 'not-bound' }>): void {
    switch (message.kind) {
      case 'request':
        return void this.#answer(message)
      case 'gone':
        return this.#asked.get(message.id)?.abort()
      case 'recovered':
        return this.#tellRecovery(message)
      case 'listener-failed':
        return this.#options.onError?.(toLaterError(toError(message.error), this.#options.name))
      case 'closed':
        return this.#closed.resolve(message.report)
    }
  }

  async #answer({
    id,
    target,
    method,
    headers,
    body,
    mayKnow,
  }: Extract<FromOffLoop, { kind: 'request' }>): Promise<void> {
    const gone = new AbortController()
    this.#asked.set(id, gone)
    const answer = await untraced(() =>
      this.#options.answer(target, { method, headers, body, gone: gone.signal }, mayKnow),
    )
    if (this.#asked.delete(id)) this.#post({ kind: 'answer', id, answer })
  }

  #tellRecovery({ stuckMs, where, stack, evidence }: Recovery): void {
    const fields = { event: 'event_loop.recovered', stuckMs: Math.round(stuckMs), stack, evidence }
    this.#options.log.warn(fields, `The event loop turns again: it was stuck for ${formatDuration(stuckMs)} ${where}`)
    const meter = metrics.getMeter('seaworthy')
    meter
      .createCounter('seaworthy.event_loop.stuck', {
        unit: '{occurrence}',
        description: 'How often the event loop did not turn for so long that /livez said no.',
      })
      .add(1)
  }

  #news(): ProbeNews {
    const { token } = this.#options
    return {
      kind: 'news',
      snapshot: JSON.stringify(this.#settings.snapshot()),
      token: typeof token === 'function' ? token() : token,
    }
  }

  #post(message: ToOffLoop): void {
    this.#worker.postMessage(message, [])
  }
}

function warnOfNone(log: Log, error: unknown): void {
  log.warn(
    { event: 'probes.on_loop', reason: error instanceof Error ? error.message : String(error) },
    'There is no thread for the probes: the main thread answers them, and not while it is busy',
  )
}

/** A person with a debugger stops the main thread for as long as they like: that is not stuck. */
function isDebugged(): boolean {
  return process.execArgv.some((flag) => flag.startsWith('--inspect'))
}

function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1_000_000
}

function toError({ code, message }: SystemError): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code })
}
