import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, readdirSync, readFileSync } from 'node:fs'
import type { Clock } from '../core/clock.ts'
import { sleep } from '../core/wait.ts'
import type { ProcessExit } from './owned-process.ts'
import { type PipeReader, readQuickly, readSlowly } from './pipe-reader.ts'
import { readProcStat } from './proc-stat.ts'
import { makeRealPipes, type RealPipe } from './real-pipe.ts'

export interface ChildOptions {
  readonly command: readonly string[]
  readonly cwd: string
  /** The whole environment of the process: nothing is added. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly onBytes: (bytes: Buffer, stream: 'stdout' | 'stderr') => void
  /** Called at the moment at which we hear of its end. */
  readonly onExit: (exit: ProcessExit) => void
  /** Words that put it into a namespace of its own: see `findPidNamespace()`. */
  readonly pidNamespace?: readonly string[]
  /** Whether standard output is read a little at a time. @default false */
  readonly readsSlowly?: boolean
}

/** How long the process in a namespace of its own is looked for. */
const INNER_LIMIT_MS = 2000
const INNER_POLL_MS = 2

/**
 * A process that we started, with standard output and standard error as bytes from real pipes, and a session of its own, so
 * that a terminal's Ctrl-C doesn't reach it. What it starts itself is not looked after here: see `ProcessFamily`.
 */
export class ChildOfOurs {
  /** Of the process that the command names, seen from here. */
  readonly pid: number
  /** Of `unshare`, when it is in a namespace of its own. */
  readonly carrierPid: number | undefined
  readonly #child: ChildProcess
  readonly #readers: readonly PipeReader[]
  #hasEnded = false
  #wasKilled = false

  private constructor(child: ChildProcess, pids: { pid: number; carrierPid?: number }, readers: readonly PipeReader[]) {
    this.#child = child
    this.pid = pids.pid
    this.carrierPid = pids.carrierPid
    this.#readers = readers
  }

  /** @throws what the system says when there is no such command, or it may not be run */
  static async start(options: ChildOptions): Promise<ChildOfOurs> {
    const [command = '', ...args] = [...(options.pidNamespace ?? []), ...options.command]
    const pipes = await makeRealPipes(2)
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: ['ignore', pipes[0]?.writeEnd ?? 'pipe', pipes[1]?.writeEnd ?? 'pipe'],
    })
    for (const { writeEnd } of pipes) closeSync(writeEnd)
    const started: { self?: ChildOfOurs } = {}
    // Listened for before anything is waited for: a process can end at once.
    child.once('exit', (code, signal) => {
      const { self } = started
      if (self !== undefined) self.#hasEnded = true
      // The carrier ends as the one inside did; it just can't kill itself as that was killed.
      const isKilled = self?.carrierPid !== undefined && self.#wasKilled
      options.onExit(isKilled ? { code: null, signal: 'SIGKILL' } : { code, signal })
    })
    try {
      await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject))
    } catch (error) {
      for (const { readEnd } of pipes) closeSync(readEnd)
      throw error
    }
    const readers = [read(child, pipes[0], 'stdout', options), read(child, pipes[1], 'stderr', options)]
    const spawnedPid = child.pid ?? 0
    const pids =
      options.pidNamespace === undefined
        ? { pid: spawnedPid }
        : { pid: await innerPid(spawnedPid, options.clock), carrierPid: spawnedPid }
    const self = new ChildOfOurs(child, pids, readers)
    started.self = self
    self.#hasEnded = child.exitCode !== null || child.signalCode !== null
    return self
  }

  get isRunning(): boolean {
    return !this.#hasEnded
  }

  /** Signals the process itself and nothing else, as a kubelet does. @returns false when it has ended already */
  signal(signal: NodeJS.Signals): boolean {
    if (this.#hasEnded) return false
    if (this.carrierPid === undefined) return this.#child.kill(signal)
    try {
      // The carrier is not signalled: it would end, and take the service with it.
      if (readProcStat(this.pid) === undefined) return false
      if (signal === 'SIGKILL') this.#wasKilled = true
      return process.kill(this.pid, signal)
    } catch {
      return false
    }
  }

  /** Output is read as fast as it comes from now on. Safe to call again. */
  hurryOutput(): void {
    for (const reader of this.#readers) reader.hurry()
  }

  /** Resolves when all output was read, or after `limitMs`: something else may still hold the pipes open. */
  async readToTheEnd(limitMs: number, clock: Clock): Promise<void> {
    this.hurryOutput()
    const limit = new AbortController()
    const ended = Promise.all(this.#readers.map((reader) => reader.ended)).then(() => limit.abort())
    await Promise.race([ended, sleep(clock, limitMs, { signal: limit.signal })])
    for (const reader of this.#readers) reader.close()
  }
}

function read(
  child: ChildProcess,
  pipe: RealPipe | undefined,
  stream: 'stdout' | 'stderr',
  { onBytes, readsSlowly: isSlow = false, clock }: ChildOptions,
): PipeReader {
  const take = (bytes: Buffer): void => onBytes(bytes, stream)
  if (pipe === undefined) {
    const input = child[stream]
    input?.on('data', take)
    const ended = new Promise<void>((resolve) => (input === null ? resolve() : input.once('close', () => resolve())))
    return { ended, hurry: () => {}, close: () => void input?.destroy() }
  }
  return isSlow && stream === 'stdout' ? readSlowly(pipe.readEnd, take, clock) : readQuickly(pipe.readEnd, take)
}

/** Waits for the one child of `unshare`, which is process 1 inside. */
async function innerPid(carrierPid: number, clock: Clock): Promise<number> {
  const until = clock.now() + INNER_LIMIT_MS
  while (clock.now() < until) {
    const inner = childOf(carrierPid)
    if (inner !== undefined) return inner
    if (readProcStat(carrierPid) === undefined) break
    await sleep(clock, INNER_POLL_MS)
  }
  return carrierPid
}

function childOf(parentPid: number): number | undefined {
  try {
    const text = readFileSync(`/proc/${parentPid}/task/${parentPid}/children`, 'latin1').trim()
    return text === '' ? undefined : Number(text.split(' ')[0])
  } catch {
    // Not every kernel keeps that list.
    return readdirSync('/proc')
      .map(Number)
      .find((pid) => pid > 0 && readProcStat(pid)?.parentPid === parentPid)
  }
}
