import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { isAlive, type ProcStat, readProcStat } from './proc-stat.ts'

/** A process that belongs to a family. */
export interface FamilyMember {
  readonly pid: number
  readonly parentPid: number
  readonly startTicks: number
  /** Its command line, cut off. */
  readonly command: string
}

export interface ProcessFamilyOptions {
  /** `NAME=value` in the environment of the first of the family: what all that it starts inherit. */
  readonly marker: string
  /** A process of ours that only carries the family, such as `unshare`: it does not belong to it. */
  readonly carrierPid?: number
  /** Told of each member once. */
  readonly onFound?: (member: FamilyMember) => void
}

const COMMAND_LENGTH = 300
const MAX_ROUNDS = 10

/**
 * All processes that come from one that we started, found by a variable in their environment: it survives a double fork,
 * a session of their own, and the end of their parents. One whose environment is out of sight (cleared, or overwritten by
 * a title of its own) is known by its parent. Needs `/proc`; elsewhere it is always empty.
 */
export class ProcessFamily {
  static readonly isSupported = existsSync('/proc/self/environ')
  readonly #options: ProcessFamilyOptions
  readonly #members = new Map<number, FamilyMember>()
  /** Looked at and not ours. A number that nobody has any more is forgotten. */
  readonly #strangers = new Set<number>()

  constructor(options: ProcessFamilyOptions) {
    this.#options = options
  }

  /** Those that were alive at the last look, and are. */
  get members(): readonly FamilyMember[] {
    for (const [pid, member] of this.#members) if (!isSame(member)) this.#members.delete(pid)
    return [...this.#members.values()]
  }

  /**
   * Looks at processes that it has not seen before.
   *
   * @param whole looks at all of them once more, and again until no new ones appear, so that none can slip through that was
   *   started by another which has ended meanwhile: costs some 20 µs for each process of the machine
   * @returns the members that are new
   */
  look({ whole = false } = {}): readonly FamilyMember[] {
    if (!ProcessFamily.isSupported) return []
    if (whole) this.#strangers.clear()
    const found: FamilyMember[] = []
    let before = new Set<number>()
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const pids = pidsOfMachine()
      if (round === 0) this.#forgetStrangers(pids)
      const added = pids.filter((pid) => !before.has(pid))
      found.push(...this.#lookAt(added))
      if (!whole || added.length === 0) break
      before = new Set(pids)
    }
    return found
  }

  /** Signals one of them, when it is still the same. @returns whether it was there */
  signal(member: FamilyMember, signal: NodeJS.Signals): boolean {
    if (!isSame(member)) return false
    try {
      return process.kill(member.pid, signal)
    } catch {
      return false
    }
  }

  #forgetStrangers(pids: readonly number[]): void {
    const present = new Set(pids)
    for (const pid of this.#strangers) if (!present.has(pid)) this.#strangers.delete(pid)
  }

  #lookAt(pids: readonly number[]): FamilyMember[] {
    const found: FamilyMember[] = []
    for (const pid of pids) {
      const known = this.#members.get(pid)
      if (this.#strangers.has(pid) || (known !== undefined && isSame(known))) continue
      this.#members.delete(pid)
      const stat = readProcStat(pid)
      if (!isAlive(stat)) continue
      const isOurs = this.#isOurs(stat)
      if (isOurs === false) this.#strangers.add(pid)
      if (isOurs !== true) continue
      const member = { pid, parentPid: stat.parentPid, startTicks: stat.startTicks, command: commandOf(pid) }
      this.#members.set(pid, member)
      found.push(member)
      this.#options.onFound?.(member)
    }
    return found
  }

  /** `undefined` of one that has no environment, which may be that it has none yet: it is asked again at the next look. */
  #isOurs(stat: ProcStat): boolean | undefined {
    const { marker, carrierPid } = this.#options
    if (stat.pid === process.pid || stat.pid === carrierPid) return false
    const parent = this.#members.get(stat.parentPid)
    if (parent !== undefined && isSame(parent)) return true
    try {
      const environment = readFileSync(`/proc/${stat.pid}/environ`, 'latin1')
      // Before the first instruction of a new program, the kernel shows nothing yet. Its own threads have no program.
      if (environment === '' && readlinkSync(`/proc/${stat.pid}/exe`) !== '') return undefined
      return `\0${environment}\0`.includes(`\0${marker}\0`)
    } catch {
      return false
    }
  }
}

/** Parents before their children, so that a child with no marker is known by its parent. */
function pidsOfMachine(): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter(Number.isInteger)
    .sort((one, other) => one - other)
}

function isSame({ pid, startTicks }: FamilyMember): boolean {
  const stat = readProcStat(pid)
  return isAlive(stat) && stat.startTicks === startTicks
}

/** The command line that a process has now; empty when it is gone. One that was just forked still has its parent's. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim().slice(0, COMMAND_LENGTH)
  } catch {
    return ''
  }
}
