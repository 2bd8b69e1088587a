import { readdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEvidenceName } from './crash-folder.ts'
import type { CrashSettings } from './crash-options.ts'

interface Remains {
  readonly files: string[]
  bytes: number
  newestMs: number
}

/** A mark that nobody could make anything of is removed so long after its last word, and so is what was not finished. */
const DAMAGED_MARK_MS = 24 * 3_600_000

/** A process has ended while it wrote it. */
const UNFINISHED = /\.new$/

/**
 * Removes what is too much, process by process, the oldest first: beyond `keep` processes, and beyond `maxBytes`. What the
 * last one has left stays. Only what has a name of ours is touched.
 */
export async function pruneEvidence(
  path: string,
  { keep, maxBytes }: Pick<CrashSettings, 'keep' | 'maxBytes'>,
): Promise<void> {
  const processes = new Map<string, Remains>()
  let nowMs = 0
  const marks: { readonly file: string; readonly mtimeMs: number }[] = []
  for (const name of await readdir(path)) {
    const parsed = parseEvidenceName(name.replace(UNFINISHED, ''))
    const file = join(path, name)
    const found = parsed === undefined ? undefined : await stat(file).catch(() => undefined)
    if (parsed === undefined || found === undefined) continue
    nowMs = Math.max(nowMs, found.mtimeMs)
    if (parsed.kind === 'life' || UNFINISHED.test(name)) {
      marks.push({ file, mtimeMs: found.mtimeMs })
      continue
    }
    const remains = processes.get(parsed.processId) ?? { files: [], bytes: 0, newestMs: 0 }
    processes.set(parsed.processId, remains)
    remains.files.push(file)
    remains.bytes += found.size
    remains.newestMs = Math.max(remains.newestMs, found.mtimeMs)
  }
  const newestFirst = [...processes.values()].toSorted((a, b) => b.newestMs - a.newestMs)
  let bytes = 0
  for (const [index, remains] of newestFirst.entries()) {
    bytes += remains.bytes
    if (index === 0 || (index < keep && bytes <= maxBytes)) continue
    for (const file of remains.files) await unlink(file).catch(() => {})
  }
  // Of the living, each is written to every few seconds.
  for (const { file, mtimeMs } of marks) if (nowMs - mtimeMs > DAMAGED_MARK_MS) await unlink(file).catch(() => {})
}
