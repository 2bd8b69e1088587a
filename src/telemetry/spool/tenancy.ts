import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import { OwnDirectory, type Tenure } from './own-directory.ts'
import type { ProcessIdentity } from './process-identity.ts'
import { prepareServiceDirectory } from './service-directory.ts'
import type { SpoolSettings } from './spool-settings.ts'

/**
 * Another process takes a directory over after 15 s without heartbeat at the earliest. Whatever is written later than
 * this after the last one may lie in another's hands, and is looked after before it counts as stored.
 */
const LEASE_MS = 10_000

export interface TenancyOptions {
  readonly settings: SpoolSettings
  readonly serviceName: string
  readonly self: ProcessIdentity
  readonly clock: Clock
  readonly unixNow: () => number
  readonly opened: (directory: OwnDirectory, serviceDirectory: string) => void
  /** What is in it is not ours any more (`moved`), or on disk no more (`deleted`). */
  readonly lost: (tenure: Exclude<Tenure, 'ours'>, path: string) => void
}

/** The directory that is ours at present, and how sure of that we are. */
export class Tenancy {
  readonly #options: TenancyOptions
  #directory: OwnDirectory | undefined
  #leaseFrom = 0

  constructor(options: TenancyOptions) {
    this.#options = options
  }

  get directory(): OwnDirectory | undefined {
    return this.#directory
  }

  /** For messages. */
  get where(): string {
    return this.#directory === undefined ? this.#options.settings.directory : dirname(this.#directory.path)
  }

  /** The directory, made if there is none. @throws what the file system says, or a SpoolRefusal */
  open(): OwnDirectory {
    if (this.#directory !== undefined) return this.#directory
    const { settings, serviceName, self, clock, unixNow, opened } = this.#options
    const serviceDirectory = prepareServiceDirectory(settings, serviceName)
    const id = `${self.pid}-${randomBytes(6).toString('hex')}`
    const from = clock.now()
    const directory = new OwnDirectory(serviceDirectory, id, self, new Date(unixNow()).toISOString())
    this.#directory = directory
    this.#leaseFrom = from
    opened(directory, serviceDirectory)
    return directory
  }

  /** Tells the others that we live. Never rejects. */
  async renew(): Promise<void> {
    const directory = this.#directory
    if (directory === undefined) return
    const from = this.#options.clock.now()
    const tenure = await directory.beat()
    if (directory !== this.#directory) return
    if (tenure === 'ours') this.#leaseFrom = from
    else this.#lose(directory, tenure)
  }

  /** Whether what was just written lies in our own directory. */
  isSure(): boolean {
    return this.#options.clock.now() - this.#leaseFrom < LEASE_MS || this.look()
  }

  /** Whether it still is ours; where not, it is lost from now on. */
  look(): boolean {
    const directory = this.#directory
    if (directory === undefined) return false
    const tenure = directory.look()
    if (tenure !== 'ours') this.#lose(directory, tenure)
    return tenure === 'ours'
  }

  /** Anybody may have it now. */
  release(): void {
    this.#directory?.release()
    this.#directory = undefined
  }

  #lose(directory: OwnDirectory, tenure: Exclude<Tenure, 'ours'>): void {
    this.#directory = undefined
    directory.abandon()
    this.#options.lost(tenure, directory.path)
  }
}
