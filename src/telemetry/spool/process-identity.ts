import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** What tells one process from every other, as far as the machine tells. */
export interface ProcessIdentity {
  readonly pid: number
  /** In clock ticks since the boot; a number of a process is used again, with another start. `null` outside of Linux. */
  readonly startTime: string | null
  /** In which a `pid` means something: each container has its own. `null` outside of Linux. */
  readonly pidNamespace: string | null
  /** Of the running kernel. `null` outside of Linux. */
  readonly bootId: string | null
  readonly host: string
}

export function ownIdentity(): ProcessIdentity {
  const own = readProcess('self')
  return {
    pid: process.pid,
    startTime: own === 'gone' ? null : (own?.startTime ?? null),
    pidNamespace: quietly(() => readlinkSync('/proc/self/ns/pid')) ?? null,
    bootId: quietly(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()) ?? null,
    host: hostname(),
  }
}

/**
 * Whether the process of `owner` lives, seen from `self`. `unknown` where that cannot be told from here: another host,
 * another container, a system without `/proc`.
 */
export function judgeOwner(owner: ProcessIdentity, self: ProcessIdentity): 'alive' | 'dead' | 'unknown' {
  const isNear = owner.host === self.host && owner.bootId === self.bootId && owner.pidNamespace === self.pidNamespace
  if (!isNear) return 'unknown'
  if (self.startTime === null) return isPidGone(owner.pid) ? 'dead' : 'unknown'
  const found = readProcess(String(owner.pid))
  if (found === undefined) return 'unknown'
  if (found === 'gone' || found.isZombie || found.startTime !== owner.startTime) return 'dead'
  return 'alive'
}

/** The fields of `/proc/<pid>/stat` come after the name of the command, which itself may hold blanks and brackets. */
function readProcess(pid: string): { startTime: string | undefined; isZombie: boolean } | 'gone' | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { startTime: fields[19], isZombie: fields[0] === 'Z' || fields[0] === 'X' }
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')
    return isGone ? 'gone' : undefined
  }
}

function isPidGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}

function quietly<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
