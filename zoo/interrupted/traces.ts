import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { processesWith } from '../../test/cli/marked-processes.ts'

/** Where a run may leave something, and the mark of its processes. */
export interface Surroundings {
  /** `NAME=value`, in the environment of all that it starts. */
  readonly mark: string
  /** Folders of its own, empty before: its working folder, and that of its temporary files. */
  readonly folders: readonly string[]
  /** Mounts of this machine before. */
  readonly mounts: ReadonlySet<string>
}

/**
 * What is still there, each in words: processes (with which ports and namespaces end, but those that are mounted), mounts,
 * and files.
 */
export function tracesOf({ mark, folders, mounts }: Surroundings): readonly string[] {
  const processes = processesWith(mark).map((pid) => `process ${pid}: ${commandOf(pid)}`)
  const files = folders.flatMap((folder) => readdirSync(folder).map((name) => `file ${join(folder, name)}`))
  const newMounts = [...mountsNow()].filter((mount) => !mounts.has(mount)).map((mount) => `mount ${mount}`)
  return [...processes, ...files, ...newMounts]
}

/** Where something is mounted, named network namespaces among them. */
export function mountsNow(): ReadonlySet<string> {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n')
  return new Set(lines.map((line) => line.split(' ')[4] ?? ''))
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  } catch {
    return 'ended just now'
  }
}
