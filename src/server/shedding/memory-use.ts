import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8'
import { memoryLimit } from '../../health/checks/memory-limit.ts'

/** Where the use of memory is read. */
export interface MemoryUse {
  /** What is resident of the process, in bytes. */
  residentBytes(): number
  /** The limit of the control group, in bytes; `undefined` when there is none. */
  limitBytes(): number | undefined
  /** How much of the limit of V8's old generation is used, in percent. */
  heapPercent(): number
}

/** The memory of this process. */
export const processMemory: MemoryUse = {
  residentBytes: () => process.memoryUsage.rss(),
  limitBytes: () => memoryLimit(),
  heapPercent,
}

const YOUNG: ReadonlySet<string> = new Set(['new_space', 'new_large_object_space'])
const MEBIBYTE = 1_048_576
/** V8 makes its young generation, which is a part of its limit, no larger than this share of the old one. */
const MOST_YOUNG_SHARE = 3 / 64

let oldLimitBytes: number | undefined

function heapPercent(): number {
  oldLimitBytes ??=
    oldSpaceFlag(process.execArgv, process.env['NODE_OPTIONS']) ??
    getHeapStatistics().heap_size_limit / (1 + MOST_YOUNG_SHARE)
  let used = 0
  for (const space of getHeapSpaceStatistics()) if (!YOUNG.has(space.space_name)) used += space.space_used_size
  return (used / oldLimitBytes) * 100
}

/**
 * What `--max-old-space-size` says, in bytes. Where it is given, V8 keeps the young generation that suits the machine, which
 * can be larger than the old one, and no figure of V8's tells the two apart.
 */
export function oldSpaceFlag(execArgv: readonly string[], nodeOptions = ''): number | undefined {
  // What the command line says comes last, and V8 takes the last.
  const text = [nodeOptions, ...execArgv].join(' ').replaceAll(/["']/g, '')
  const megabytes = [...text.matchAll(/(?:^|\s)--max[-_]old[-_]space[-_]size(?:=|\s+)(\d+)(?=\s|$)/g)].at(-1)?.[1]
  return megabytes === undefined || Number(megabytes) === 0 ? undefined : Number(megabytes) * MEBIBYTE
}
