import type { Dirent, Stats } from 'node:fs'
import { lstat, readdir, readFile, rmdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { MAX_AGE_FILE, readMaxAge } from './max-age-file.ts'
import { KEPT_PREFIX, SEGMENT } from './orphans.ts'
import { decodeOwner, HEARTBEAT_FILE, OWNER_FILE } from './owner-file.ts'
import { judgeOwner, type ProcessIdentity } from './process-identity.ts'
import { MAX_AGE_RANGE } from './spool-settings.ts'

/** Looked into in one go; the others' turn comes with the next one. */
const MAX_SERVICES = 16
const MAX_PROCESSES = 64
/** As {@link OwnDirectory} names them: nothing else is a spool's, whatever else lies in a directory that somebody named. */
const OF_A_PROCESS = /^(?:kept-|\.new-)?\d+-[\da-f]{12}$/
const OF_A_SPOOL = new RegExp(`\\${SEGMENT}(?:\\.done)?$`)
/** September 2020: a machine that told an earlier time did not know it. */
const EARLIEST_MS = 1_600_000_000_000

export interface LeftoverSearch {
  /** Holds a directory per service and destination. */
  readonly root: string
  /** Name of our own service's directory, which has others to look after it. */
  readonly own: string
  readonly self: ProcessIdentity
  readonly fileSystemNowMs: number
  /** Ends it at the next file. */
  readonly isClosing: () => boolean
}

/** What one look has removed. */
export interface Removed {
  readonly directories: number
  readonly bytes: number
}

/**
 * Removes what no process will ever come for: of services that are no more, and of ours from when its telemetry went
 * elsewhere. It goes when the process that wrote it is gone and nothing of it is younger than that service lets its
 * telemetry wait; what is of another version, after the longest time that can be set.
 *
 * Files are removed one by one and only where the user, the place and the name say that a spool wrote them, no link is
 * followed, and what else is there stays. Telemetry in it is in nobody's books any more.
 */
export class Leftovers {
  #nextService = ''

  /** Rejects with what the file system says about the root. */
  async remove(search: LeftoverSearch): Promise<Removed> {
    const names = (await readdir(search.root, { withFileTypes: true }))
      .filter((entry) => entry.isDirectory() && entry.name !== search.own)
      .map(({ name }) => name)
      .toSorted()
    const from = names.findIndex((name) => name >= this.#nextService)
    const due = from === -1 ? names : [...names.slice(from), ...names.slice(0, from)]
    this.#nextService = due[MAX_SERVICES] ?? ''
    let directories = 0
    let bytes = 0
    for (const name of due.slice(0, MAX_SERVICES)) {
      if (search.isClosing()) break
      const removed = await removeOf(join(search.root, name), search).catch(() => undefined)
      directories += removed?.directories ?? 0
      bytes += removed?.bytes ?? 0
    }
    return { directories, bytes }
  }
}

async function removeOf(service: string, search: LeftoverSearch): Promise<Removed> {
  const found = await lstat(service)
  if (!isOurs(found)) return { directories: 0, bytes: 0 }
  const entries = await readdir(service, { withFileTypes: true })
  const processes = entries.filter((entry) => entry.isDirectory() && OF_A_PROCESS.test(entry.name))
  const maxAgeMs = await readMaxAge(service)
  let directories = 0
  let bytes = 0
  for (const { name } of processes.slice(0, MAX_PROCESSES)) {
    if (search.isClosing()) break
    const removedBytes = await removeProcess(join(service, name), name, maxAgeMs, search).catch(() => undefined)
    if (removedBytes === undefined) continue
    directories++
    bytes += removedBytes
  }
  const isEmpty = entries.every(({ name }) => name === MAX_AGE_FILE)
  if (isEmpty && isOld(found.mtimeMs, maxAgeMs, search)) {
    await unlink(join(service, MAX_AGE_FILE)).catch(() => {})
    await rmdir(service).catch(() => {})
  }
  return { directories, bytes }
}

/** @returns how many bytes went; `undefined` where it stays */
async function removeProcess(
  directory: string,
  name: string,
  maxAgeMs: number,
  search: LeftoverSearch,
): Promise<number | undefined> {
  const found = await lstat(directory)
  if (!isOurs(found)) return undefined
  const owner = await judge(directory, search.self)
  if (owner === 'alive') return undefined
  const isKept = owner === 'other-version' || name.startsWith(KEPT_PREFIX)
  const limitMs = isKept ? Math.max(maxAgeMs, MAX_AGE_RANGE.max) : maxAgeMs
  const entries = await readdir(directory, { withFileTypes: true })
  const files = entries.filter(isOfSpool).map((entry) => join(directory, entry.name))
  let bytes = 0
  let newestMs = files.length === 0 ? found.mtimeMs : 0
  for (const file of files) {
    const { size, mtimeMs } = await lstat(file)
    bytes += size
    newestMs = Math.max(newestMs, mtimeMs)
  }
  if (!isOld(newestMs, limitMs, search)) return undefined
  // Its owner last: as long as anything is there, it says whose it is.
  for (const file of files.toSorted((a, b) => ownerLast(a) - ownerLast(b))) {
    if (search.isClosing()) return undefined
    await unlink(file)
  }
  await rmdir(directory)
  return bytes
}

async function judge(directory: string, self: ProcessIdentity): Promise<'alive' | 'gone' | 'other-version'> {
  const text = await readFile(join(directory, OWNER_FILE), 'utf8').catch((error: NodeJS.ErrnoException) => error)
  if (typeof text !== 'string') return text.code === 'ENOENT' ? 'gone' : 'alive'
  const file = decodeOwner(text)
  if (file.kind === 'other-version') return 'other-version'
  // Of one that cannot be seen from here, the age of its heartbeat tells, which is among the files.
  return file.kind === 'owner' && judgeOwner(file.owner, self) === 'alive' ? 'alive' : 'gone'
}

function isOfSpool(entry: Dirent): boolean {
  const { name } = entry
  return entry.isFile() && (name === OWNER_FILE || name === HEARTBEAT_FILE || OF_A_SPOOL.test(name))
}

function ownerLast(path: string): number {
  return path.endsWith(OWNER_FILE) ? 1 : 0
}

/** Written by this user alone. */
function isOurs(found: Stats): boolean {
  const isOwn = process.geteuid === undefined || found.uid === process.geteuid()
  return found.isDirectory() && isOwn && (found.mode & 0o022) === 0
}

function isOld(mtimeMs: number, limitMs: number, { fileSystemNowMs }: LeftoverSearch): boolean {
  return mtimeMs > EARLIEST_MS && fileSystemNowMs - mtimeMs > limitMs
}
