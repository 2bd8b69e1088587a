import { readFileSync } from 'node:fs'

/** What `/proc/<pid>/stat` says of a process. */
export interface ProcStat {
  readonly pid: number
  /** One letter: `Z` is a process that has ended and was not waited for. */
  readonly state: string
  readonly parentPid: number
  /** User and system, of all its threads. */
  readonly cpuMs: number
  readonly threadCount: number
  /** When it was started, in ticks since the machine was: with the pid, it names a process for ever. */
  readonly startTicks: number
}

/** Ticks are hundredths of a second in every Linux that Node runs on, whatever the kernel's own rate is. */
const TICK_MS = 10

/**
 * `undefined` when there is no such process, or no such file.
 *
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export function readProcStat(pid: number): ProcStat | undefined {
  try {
    return parseProcStat(pid, readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return undefined
  }
}

/** The name of the program is between parentheses, and may hold spaces and parentheses itself. */
function parseProcStat(pid: number, text: string): ProcStat {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const number = (index: number): number => Number(fields[index])
  return {
    pid,
    state: fields[0] ?? '',
    parentPid: number(1),
    cpuMs: (number(11) + number(12)) * TICK_MS,
    threadCount: number(17),
    startTicks: number(19),
  }
}

/** Whether it runs, or could: not one that has ended and waits for its parent to ask. */
export function isAlive(stat: ProcStat | undefined): stat is ProcStat {
  return stat !== undefined && stat.state !== 'Z' && stat.state !== 'X'
}
