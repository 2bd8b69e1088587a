import type { Buffer } from 'node:buffer'

/** Reads a file of the kernel; throws where there is none. */
export type ReadKernelFile = (path: string) => Buffer | string

const MOUNT = '/sys/fs/cgroup'
/** Control groups lie in each other hardly ever deeper than ten. */
const MAX_DEPTH = 50

/**
 * The limit that a process is killed at, in bytes: the least of its control group and of those that it lies in.
 * `process.constrainedMemory()` looks at the innermost alone, but a slice of systemd, or a pod, has a limit as well.
 *
 * @returns `undefined` where none is less than the machine has
 * @see https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files
 * @see https://docs.kernel.org/admin-guide/cgroup-v1/memory.html
 */
export function memoryLimit(
  constrainedBytes: number = process.constrainedMemory(),
  totalBytes: number = process.getBuiltinModule('node:os').totalmem(),
  read: ReadKernelFile = process.getBuiltinModule('node:fs').readFileSync,
): number | undefined {
  const limits = [constrainedBytes, ...limitsAbove(read)].map((bytes) => limitOf(bytes, totalBytes) ?? Infinity)
  const least = Math.min(...limits)
  return least === Infinity ? undefined : least
}

/** What has no limit says so by 0 or by a number that no machine has, 2^44 or near 2^64: none is less than there is. */
export function limitOf(constrainedBytes: number, totalBytes: number): number | undefined {
  return constrainedBytes > 0 && constrainedBytes < totalBytes ? constrainedBytes : undefined
}

function limitsAbove(read: ReadKernelFile): readonly number[] {
  const groups = textOf(read, '/proc/self/cgroup')
  const first = /^\d+:(?:[^:\n]*,)?memory(?:,[^:\n]*)?:(\/.*)$/m.exec(groups)?.[1]
  if (first !== undefined) return [hierarchicalLimit(read, first)]
  const second = /^0::(\/.*)$/m.exec(groups)?.[1]
  return second === undefined ? [] : limitsUpwards(read, second)
}

/** Version 1 says by itself what holds with all that is above. */
function hierarchicalLimit(read: ReadKernelFile, group: string): number {
  const stat = textOf(read, `${MOUNT}/memory${group}/memory.stat`)
  return Number(/^hierarchical_memory_limit (\d+)$/m.exec(stat)?.[1] ?? 0)
}

/** Version 2 says `max`, or a number, for each. */
function limitsUpwards(read: ReadKernelFile, group: string): readonly number[] {
  const limits: number[] = []
  const names = group
    .split('/')
    .filter((name) => name !== '')
    .slice(0, MAX_DEPTH)
  for (; names.length > 0; names.pop()) limits.push(numberOf(textOf(read, `${MOUNT}/${names.join('/')}/memory.max`)))
  return limits
}

function numberOf(text: string): number {
  return /^\d+\s*$/.test(text) ? Number(text) : 0
}

/** In a container the groups above are mostly not to be seen. */
function textOf(read: ReadKernelFile, path: string): string {
  try {
    return read(path).toString()
  } catch {
    return ''
  }
}
