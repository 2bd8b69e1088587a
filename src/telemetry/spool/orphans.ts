import type { Dirent } from 'node:fs'
import { open, readdir, readFile, rename, rm, rmdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeOwner, HEARTBEAT_FILE, OWNER_FILE } from './owner-file.ts'
import { judgeOwner, type ProcessIdentity } from './process-identity.ts'

/** Without a heartbeat for so long, a process of which nothing else is known counts as dead. */
const STALE_MS = 15_000
/**
 * And only when it stays so for a while: where the time of the machine has jumped, every heartbeat looks old for up to a
 * second.
 */
const SECOND_LOOK_MS = 3000
/** Taken over in one go; the others' turn comes with the next one. */
const MAX_TAKEN = 64
const MAX_DEPTH = 4
/** What the spool does not know is moved beside, where nothing looks at it again. */
export const KEPT_PREFIX = 'kept-'
const TAKEN_PREFIX = 'from-'
const UNFINISHED_PREFIX = '.new-'
const UNFINISHED_MS = 60_000
/** How names of segments end, and those of their marks after that. */
export const SEGMENT = '.seg'
const DONE = '.done'

export interface OrphanSearch {
  readonly serviceDirectory: string
  readonly self: ProcessIdentity
  /** The spool's own directory. */
  readonly ownId: string
  readonly fileSystemNowMs: number
  /** On the scale of the clock. */
  readonly now: number
}

export interface FoundOrphans {
  /** Names of directories that may be taken. */
  readonly names: readonly string[]
  /** What those that live take on disk. */
  readonly livingBytes: number
  /** Names of directories of another version. */
  readonly otherVersions: readonly string[]
  /** Whether a second look at some of them is due. */
  readonly isUndecided: boolean
}

/** Finds the directories of processes of the same service that are no more. */
export class OrphanFinder {
  readonly #firstLooks = new Map<string, { readonly mtimeMs: number; readonly at: number }>()

  /** Rejects with what the file system says about the directory of the service as a whole. */
  async find(search: OrphanSearch): Promise<FoundOrphans> {
    const names: string[] = []
    const otherVersions: string[] = []
    const seen = new Set<string>()
    let livingBytes = 0
    for (const entry of await readdir(search.serviceDirectory, { withFileTypes: true })) {
      if (!entry.isDirectory() || entry.name === search.ownId || entry.name.startsWith(KEPT_PREFIX)) continue
      const directory = join(search.serviceDirectory, entry.name)
      if (entry.name.startsWith(UNFINISHED_PREFIX)) {
        await removeUnfinished(directory, search.fileSystemNowMs)
        continue
      }
      seen.add(entry.name)
      const verdict = await this.#judge(entry.name, directory, search)
      if (verdict === 'alive') livingBytes += await bytesIn(directory)
      else if (verdict === 'other-version') otherVersions.push(entry.name)
      else if (names.length < MAX_TAKEN) names.push(entry.name)
    }
    for (const name of this.#firstLooks.keys()) if (!seen.has(name)) this.#firstLooks.delete(name)
    return { names, livingBytes, otherVersions, isUndecided: this.#firstLooks.size > 0 }
  }

  async #judge(name: string, directory: string, search: OrphanSearch): Promise<'alive' | 'orphan' | 'other-version'> {
    const text = await readFile(join(directory, OWNER_FILE), 'utf8').catch(codeOf)
    if (typeof text !== 'string') return text.code === 'ENOENT' ? 'orphan' : 'alive'
    const file = decodeOwner(text)
    if (file.kind === 'other-version') return 'other-version'
    if (file.kind === 'owner') {
      const verdict = judgeOwner(file.owner, search.self)
      if (verdict !== 'unknown') return verdict === 'dead' ? 'orphan' : 'alive'
    }
    return (await this.#isStale(name, directory, search)) ? 'orphan' : 'alive'
  }

  async #isStale(name: string, directory: string, { fileSystemNowMs, now }: OrphanSearch): Promise<boolean> {
    const mtimeMs = await lastBeat(directory)
    if (mtimeMs === undefined || fileSystemNowMs - mtimeMs < STALE_MS) {
      this.#firstLooks.delete(name)
      return false
    }
    const first = this.#firstLooks.get(name)
    if (first?.mtimeMs === mtimeMs) return now - first.at >= SECOND_LOOK_MS
    this.#firstLooks.set(name, { mtimeMs, at: now })
    return false
  }
}

/**
 * Takes the directory of a dead process over, by one rename: of several that try, one succeeds. Its segments then lie in
 * our own directory, and whoever takes that over some day finds them there. What is no file of the spool stays
 * beside, in a directory of its own.
 *
 * @returns the names of all segments that came with it, and whether something had to stay beside; `undefined` where
 *   another was quicker
 */
export async function takeOver(
  serviceDirectory: string,
  name: string,
  ownPath: string,
): Promise<{ readonly segments: readonly string[]; readonly kept: string | undefined } | undefined> {
  const taken = join(ownPath, `${TAKEN_PREFIX}${name}`)
  try {
    await rename(join(serviceDirectory, name), taken)
  } catch {
    return undefined
  }
  await tellOwner(join(taken, HEARTBEAT_FILE))
  const segments: string[] = []
  const marks: string[] = []
  await flatten(taken, ownPath, { segments, marks }, 0)
  for (const each of marks) {
    if (!segments.includes(each.slice(0, -DONE.length))) await unlink(join(ownPath, each)).catch(() => {})
  }
  const isEmpty = await rmdir(taken).then(
    () => true,
    () => false,
  )
  if (isEmpty) return { segments, kept: undefined }
  const kept = join(serviceDirectory, `${KEPT_PREFIX}${name}`)
  await rename(taken, kept).catch(() => {})
  return { segments, kept }
}

interface Moved {
  readonly segments: string[]
  readonly marks: string[]
}

/** Marks first: a segment must never lie anywhere without the marks that belong to it. */
async function flatten(from: string, to: string, moved: Moved, depth: number): Promise<void> {
  const entries = await readdir(from, { withFileTypes: true }).catch((): Dirent[] => [])
  for (const { name } of entries.filter((entry) => entry.isFile() && entry.name.endsWith(SEGMENT + DONE))) {
    await rename(join(from, name), join(to, name)).catch(() => {})
    moved.marks.push(name)
  }
  for (const entry of entries) {
    const path = join(from, entry.name)
    if (entry.isFile() && entry.name.endsWith(SEGMENT)) {
      const isMoved = await rename(path, join(to, entry.name)).then(
        () => true,
        () => false,
      )
      if (isMoved) moved.segments.push(entry.name)
    } else if (entry.isDirectory() && entry.name.startsWith(TAKEN_PREFIX) && depth < MAX_DEPTH) {
      await flatten(path, to, moved, depth + 1)
      await rmdir(path).catch(() => {})
    } else if (entry.name === OWNER_FILE || entry.name === HEARTBEAT_FILE) {
      await unlink(path).catch(() => {})
    }
  }
}

/** Two bytes say "taken over" to an owner that lives after all, as long as it has the file open. */
async function tellOwner(heartbeat: string): Promise<void> {
  try {
    const file = await open(heartbeat, 'r+')
    try {
      await file.write('t', 1)
    } finally {
      await file.close()
    }
  } catch {
    // It has none, or no room for a byte: the owner then finds its file moved, as long as we have not sent all.
  }
}

async function lastBeat(directory: string): Promise<number | undefined> {
  for (const path of [join(directory, HEARTBEAT_FILE), join(directory, OWNER_FILE), directory]) {
    const found = await stat(path).catch(() => undefined)
    if (found !== undefined) return found.mtimeMs
  }
  return undefined
}

async function bytesIn(directory: string): Promise<number> {
  let total = 0
  for (const name of await readdir(directory).catch((): string[] => [])) {
    if (name.endsWith(SEGMENT)) total += (await stat(join(directory, name)).catch(() => undefined))?.size ?? 0
  }
  return total
}

/** Its process ended within the few system calls between making it and giving it its name. */
async function removeUnfinished(directory: string, fileSystemNowMs: number): Promise<void> {
  const found = await stat(directory).catch(() => undefined)
  if (found === undefined || fileSystemNowMs - found.mtimeMs < UNFINISHED_MS) return
  await rm(directory, { recursive: true, force: true }).catch(() => {})
}

function codeOf(error: unknown): { readonly code: unknown } {
  return { code: error instanceof Error && 'code' in error ? error.code : undefined }
}
