import { readFile, stat } from 'node:fs/promises'
import type { SecureContext } from 'node:tls'
import type { Clock } from '../../../core/clock.ts'
import { findPemFault, type OtlpPem, type OtlpTls, type OtlpTlsFile } from '../../env/otlp-tls-env.ts'

/** How often files are looked at, at most: connections are opened more often than certificates are replaced. */
const LOOK_EVERY_MS = 5_000

export interface TlsFilesOptions {
  readonly clock: Clock
  /** Told of files that can't be used, once for each state they are in. */
  readonly onProblem: (text: string) => void
}

/**
 * Certificates and key for new connections, read again when their files change, as when cert-manager renews them:
 * Kubernetes then lets a symbolic link point to other files. What can't be used, such as a file that is half written or
 * a certificate whose key is not there yet, changes nothing: the old ones stay until it can be.
 */
export class TlsFiles {
  readonly #files: readonly OtlpTlsFile[]
  readonly #clock: Clock
  readonly #onProblem: (text: string) => void
  readonly #atStart: OtlpPem
  #context: SecureContext | undefined
  #looking: Promise<void> | undefined
  #lookedAt = -Infinity
  /** State of the files that were tried last, whether or not they could be used. */
  #tried = ''

  constructor(tls: OtlpTls, { clock, onProblem }: TlsFilesOptions) {
    const { files, ...pem } = tls
    this.#files = files
    this.#atStart = pem
    this.#clock = clock
    this.#onProblem = onProblem
  }

  /** For a connection that is opened now. Never rejects on account of the files. */
  async current(): Promise<SecureContext> {
    if (this.#files.length > 0 && this.#clock.now() - this.#lookedAt >= LOOK_EVERY_MS) {
      this.#looking ??= this.#look().finally(() => (this.#looking = undefined))
    }
    await this.#looking
    this.#context ??= process.getBuiltinModule('node:tls').createSecureContext(this.#atStart)
    return this.#context
  }

  async #look(): Promise<void> {
    this.#lookedAt = this.#clock.now()
    const state = await this.#state()
    if (state === this.#tried) return
    this.#tried = state
    const fault = await this.#read()
    if (fault === undefined) return
    const names = this.#files.map((file) => file.variable).join(', ')
    this.#onProblem(`the files of ${names} have changed and cannot be used (${fault}); the old ones stay in use`)
  }

  /** Inode and times of what the paths lead to, links followed. */
  async #state(): Promise<string> {
    const states = this.#files.map(async ({ path }) => {
      try {
        const { dev, ino, size, mtimeMs, ctimeMs } = await stat(path)
        return [dev, ino, size, mtimeMs, ctimeMs].join(' ')
      } catch (error) {
        return codeOf(error)
      }
    })
    return (await Promise.all(states)).join()
  }

  /** What is wrong, or `undefined` when the new ones are in use. */
  async #read(): Promise<string | undefined> {
    try {
      const read = this.#files.map(async ({ part, path }) => [part, await readFile(path)] as const)
      const pem: OtlpPem = Object.fromEntries(await Promise.all(read))
      const fault = findPemFault(pem)
      if (fault === undefined) this.#context = process.getBuiltinModule('node:tls').createSecureContext(pem)
      return fault
    } catch (error) {
      return codeOf(error)
    }
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown'
}
