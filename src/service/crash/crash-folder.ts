import { randomBytes } from 'node:crypto'
import { renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { attempt } from '../../lifecycle/attempt.ts'
import { messageOf } from '../../lifecycle/shutdown-report.ts'
import { makeDirectory, refuseForeign, toDirectoryName } from '../../telemetry/spool/service-directory.ts'
import { crashFolderOf, type CrashSettings } from './crash-options.ts'

/**
 * What a file of the folder is. `life`: a process lives, or has died without a word · `uncaught`: the record of an
 * uncaught exception · `fatal`: Node's report of a fatal error · `report`: Node's report of an uncaught exception ·
 * `stuck`: the event loop did not turn · `blocked`: a shutdown was ended by its watchdog · `heap`: a snapshot of the heap
 */
export type EvidenceKind = 'life' | 'uncaught' | 'fatal' | 'report' | 'stuck' | 'blocked' | 'heap'

/** `uncaught-7-9f86d081884c.json`: kind, number of the process, and what tells it from others with that number. */
const FILE = /^(life|uncaught|fatal|report|stuck|blocked|heap)-(\d+-[\da-f]{12})(?:-\d+)?\.(?:json|heapsnapshot)$/

/** Where the folder is, or why it can't be had. */
interface FoundFolder {
  readonly path: string | undefined
  readonly problem: string | undefined
}

/** What a name in the folder says; `undefined` for what is not ours. */
export function parseEvidenceName(
  name: string,
): { readonly kind: EvidenceKind; readonly processId: string } | undefined {
  const [, kind, processId] = FILE.exec(name) ?? []
  return kind === undefined || processId === undefined ? undefined : { kind: kind as EvidenceKind, processId }
}

/**
 * The folder in which the processes of a service leave what tells why they died. It is made when it is first asked for,
 * for its owner alone; where it can't be had (a read-only file system, a directory of somebody else), everything goes on
 * without it.
 */
export class CrashFolder {
  /** Of this process: no other has it, also not one with the same number. */
  readonly processId = `${process.pid}-${randomBytes(6).toString('hex')}`
  readonly settings: CrashSettings
  readonly #wanted: string
  #found: FoundFolder | undefined

  constructor(settings: CrashSettings, serviceName: string) {
    this.settings = settings
    this.#wanted = crashFolderOf(settings, toDirectoryName(serviceName))
  }

  /** `undefined` where it can't be had. */
  get path(): string | undefined {
    return this.#prepare().path
  }

  /** Why it can't be had. */
  get problem(): string | undefined {
    return this.#prepare().problem
  }

  /** Where a file of this process is, or would be. */
  pathOf(kind: EvidenceKind): string | undefined {
    const { path } = this
    return path === undefined ? undefined : join(path, `${kind}-${this.processId}.json`)
  }

  /**
   * Puts a file there, in the place of one that is there already, which stays where this one can't be written, as on a disk
   * that is full. Synchronous and never throws.
   *
   * @returns its path, or `undefined` when it could not be written
   */
  write(kind: EvidenceKind, text: string): string | undefined {
    const file = this.pathOf(kind)
    if (file === undefined) return undefined
    const unfinished = `${file}.new`
    try {
      writeFileSync(unfinished, text, { mode: 0o600 })
      renameSync(unfinished, file)
      return file
    } catch {
      attempt(() => unlinkSync(unfinished))
      return undefined
    }
  }

  #prepare(): FoundFolder {
    this.#found ??= this.#make()
    return this.#found
  }

  #make(): FoundFolder {
    const { directory, isDefaultDirectory } = this.settings
    try {
      makeDirectory(directory)
      if (isDefaultDirectory) refuseForeign(directory)
      makeDirectory(this.#wanted)
      refuseForeign(this.#wanted)
      return { path: this.#wanted, problem: undefined }
    } catch (error) {
      return { path: undefined, problem: messageOf(error) }
    }
  }
}
