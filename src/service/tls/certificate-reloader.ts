import type { MeterProvider } from '@opentelemetry/api'
import { ConsistentReader } from '../../config/reload/consistent-read.ts'
import { readFingerprint } from '../../config/reload/content-fingerprint.ts'
import { FilesOnDisk } from '../../config/reload/files-on-disk.ts'
import { ReloadQueue } from '../../config/reload/reload-queue.ts'
import { FileWatch } from '../../config/reload/watch-files.ts'
import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import { SeaworthyError } from '../../core/seaworthy-error.ts'
import { settleWithin } from '../../core/wait.ts'
import {
  type CertificateFacts,
  type CertificateFiles,
  type Credentials,
  filesOf,
  readCredentials,
} from './certificate-files.ts'
import { CertificateMetrics, type CertificateOutcome } from './certificate-metrics.ts'

/** What became of a request to read a certificate anew. */
export interface CertificateReload {
  /** `stopped`: it had been closed before. */
  readonly outcome: CertificateOutcome | 'stopped'
  /** Why it was refused. */
  readonly reason?: string
  /** Of the certificate in use. */
  readonly certificate: CertificateFacts
}

export interface CertificateReloaderOptions {
  /** Of the server, for lines and metrics. */
  readonly name: string
  readonly files: CertificateFiles
  /** Uses the credentials for new handshakes. Throwing refuses them. */
  readonly apply: (credentials: Credentials) => void
  readonly clock: Clock
  readonly timeOfDay: () => Date
  readonly log: Log
  readonly meterProvider: MeterProvider | undefined
  readonly pollMs: number
  readonly tickMs: number
}

interface Request {
  readonly trigger: string
  readonly isSettled: boolean
}

/** As for configurations: a pair that never stays the same is looked at all the same. */
const MAX_UNSTABLE_MS = 5_000
const READ_LIMIT_MS = 30_000
const CLOSE_LIMIT_MS = 1_000

/**
 * Keeps the certificate of a server up to date with its files, by the watch that configurations have. What is in use is
 * always one pair that belongs together; whatever is wrong with a new one, the last good one stays.
 */
export class CertificateReloader {
  readonly #options: CertificateReloaderOptions
  readonly #files: FilesOnDisk
  readonly #reader: ConsistentReader<Credentials>
  readonly #watch: FileWatch
  readonly #queue: ReloadQueue<Request, CertificateReload>
  readonly #stop = new AbortController()
  #facts: CertificateFacts
  #content: string
  #metrics: CertificateMetrics | undefined
  /** What was said last about a pair that was refused: the same is not said again. */
  #told: string | undefined

  private constructor(options: CertificateReloaderOptions, facts: CertificateFacts, content: string) {
    this.#options = options
    const { clock, tickMs, pollMs, name } = options
    this.#facts = facts
    this.#content = content
    const paths = filesOf(options.files)
    this.#files = new FilesOnDisk(
      () => paths,
      () => this.#watch.touch(),
    )
    this.#reader = new ConsistentReader({
      load: async () => ({ value: await readCredentials(options.files) }),
      fingerprint: () => this.#files.fingerprint(),
      clock,
      tickMs,
      limitMs: READ_LIMIT_MS,
      onUnread: () => this.#watch.forget(),
    })
    const known = { hash: content, blank: [] }
    this.#watch = new FileWatch(this.#files, known, {
      clock,
      tickMs,
      pollMs,
      maxUnstableMs: MAX_UNSTABLE_MS,
      onChange: () => void this.#queue.request({ trigger: 'files changed', isSettled: true }),
      onPollOnly: (codes) => {
        const message = `The certificate files of "${name}" can not be watched (${codes.join(', ')}); their content is compared every ${pollMs} ms instead`
        this.#say('warn', { event: 'tls.poll_only', listener: name, codes, pollMs }, message)
      },
    })
    this.#queue = new ReloadQueue(
      (request) => this.#reload(request),
      (earlier, later) => ({ trigger: earlier.trigger, isSettled: earlier.isSettled && later.isSettled }),
    )
  }

  /**
   * Reads the files and uses what is in them. Nothing is watched before {@link CertificateReloader.start}.
   *
   * @throws {@link SeaworthyError} `SEA_TLS_INVALID`
   */
  static async open(options: CertificateReloaderOptions): Promise<CertificateReloader> {
    // Before they are read: what changes meanwhile is seen by the watch.
    const { hash } = await readFingerprint(filesOf(options.files))
    const credentials = await readCredentials(options.files)
    use(options, credentials)
    const reloader = new CertificateReloader(options, credentials.facts, hash)
    reloader.#warnOfTime()
    return reloader
  }

  /** What the certificate in use says about itself. */
  get certificate(): CertificateFacts {
    return this.#facts
  }

  /** Begins to watch the files. Resolves once they are watched. */
  async start(): Promise<void> {
    const { name, meterProvider } = this.#options
    this.#metrics ??= new CertificateMetrics(name, () => Date.parse(this.#facts.notAfter), meterProvider)
    await this.#watch.start()
  }

  /**
   * Reads the files now, also what was refused before. Never rejects.
   *
   * @param reason what asked for it, for the log
   */
  reload(reason: string): Promise<CertificateReload> {
    return this.#queue.request({ trigger: reason, isSettled: false })
  }

  /** Ends the watch; the server keeps the certificate that it has. */
  async close(): Promise<void> {
    this.#stop.abort()
    this.#metrics?.close()
    // A file system that hangs holds up no shutdown.
    await settleWithin(this.#options.clock, CLOSE_LIMIT_MS, () => this.#watch.close())
    await this.#queue.idle()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #reload({ trigger, isSettled }: Request): Promise<CertificateReload> {
    const { name } = this.#options
    const read = await this.#reader.read(this.#stop.signal, { isSettled })
    if (this.#stop.signal.aborted) return { outcome: 'stopped', certificate: this.#facts }
    if (read.content !== undefined) this.#watch.acknowledge(read.content)
    if (read.loaded === undefined) return this.#reject(trigger, read.error)
    if (read.content?.hash === this.#content) {
      // What was refused meanwhile has been put back.
      this.#told = undefined
      return this.#end('unchanged')
    }
    const { value } = read.loaded
    const ended = this.#endedBefore(value.facts)
    if (ended !== undefined) return this.#reject(trigger, ended)
    try {
      use(this.#options, value)
    } catch (error) {
      return this.#reject(trigger, error)
    }
    this.#facts = value.facts
    this.#content = read.content?.hash ?? ''
    this.#told = undefined
    const { subject, notAfter } = value.facts
    this.#say(
      'info',
      { event: 'tls.certificate_reloaded', listener: name, trigger, ...value.facts },
      `"${name}" shows its new certificate from now on: ${subject}, until ${notAfter}`,
    )
    this.#warnOfTime()
    return this.#end('applied')
  }

  /** Why a certificate is not taken that is out of its time, while the one in use is not. */
  #endedBefore(facts: CertificateFacts): string | undefined {
    const problem = this.#problemOfTime(facts)
    return this.#problemOfTime(this.#facts) === undefined ? problem : undefined
  }

  #problemOfTime({ subject, notBefore, notAfter }: CertificateFacts): string | undefined {
    const now = this.#options.timeOfDay().getTime()
    if (Date.parse(notAfter) <= now) return `the certificate ${subject} has ended at ${notAfter}`
    return Date.parse(notBefore) > now ? `the certificate ${subject} begins only at ${notBefore}` : undefined
  }

  /** It is used all the same where there is no better one: some clients do not look, and none could connect without. */
  #warnOfTime(): void {
    const problem = this.#problemOfTime(this.#facts)
    if (problem === undefined) return
    const { name } = this.#options
    this.#say('warn', { event: 'tls.certificate_out_of_time', listener: name, ...this.#facts }, `"${name}": ${problem}`)
  }

  #reject(trigger: string, error: unknown): CertificateReload {
    const { name } = this.#options
    const reason = error instanceof Error ? error.message : String(error)
    if (reason !== this.#told) {
      this.#told = reason
      this.#say(
        'error',
        { event: 'tls.certificate_rejected', listener: name, trigger, reason, ...this.#facts },
        `The new certificate of "${name}" was refused, the one until ${this.#facts.notAfter} stays in use: ${reason}`,
      )
    }
    return this.#end('rejected', reason)
  }

  /** A log that throws has no say in which certificate is shown. */
  #say(level: 'info' | 'warn' | 'error', fields: object, message: string): void {
    try {
      this.#options.log[level](fields, message)
    } catch {
      // Nobody is there to be told.
    }
  }

  #end(outcome: CertificateOutcome, reason?: string): CertificateReload {
    this.#metrics?.count(outcome)
    return { outcome, ...(reason === undefined ? {} : { reason }), certificate: this.#facts }
  }
}

/** @throws {@link SeaworthyError} `SEA_TLS_INVALID` when OpenSSL refuses what it was given, such as a key that is too short */
function use({ apply, files }: CertificateReloaderOptions, credentials: Credentials): void {
  try {
    process.getBuiltinModule('node:tls').createSecureContext(credentials.context)
  } catch (error) {
    throw new SeaworthyError(
      'SEA_TLS_INVALID',
      `${files.certFile}: is refused by OpenSSL: ${(error as Error).message}`,
      {
        hint: 'Make a certificate and a key that it takes.',
        cause: error,
      },
    )
  }
  apply(credentials)
}
