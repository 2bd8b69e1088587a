import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { makeUnreadPipe } from './unread-pipe.ts'

export const TALKER = fileURLToPath(new URL('fixtures/talker.ts', import.meta.url))

/** What the process's standard output is: a pipe as in a shell and in a container, or a socket as Node and systemd make. */
export type OutputKind = 'pipe' | 'socket'

/** A talker whose output nobody reads until {@link Talker.read} is called. */
export interface Talker extends AsyncDisposable {
  readonly child: ChildProcess
  /** Resolves with the exit code, or with the signal. */
  readonly exit: Promise<number | NodeJS.Signals | null>
  /** The next report on stderr that has this field. */
  report(field: string): Promise<Record<string, unknown>>
  /** Begins to read; resolves with all lines when the output has ended. */
  read(): Promise<readonly Record<string, unknown>[]>
  /** Closes the reader's end. */
  hangUp(): void
}

export interface TalkerOptions {
  readonly uid?: number
}

export function startTalker(kind: OutputKind, args: readonly string[], options: TalkerOptions = {}): Talker {
  const output = kind === 'pipe' ? makeUnreadPipe() : undefined
  const child = spawn(process.execPath, [TALKER, ...args], {
    stdio: ['ignore', output?.writer ?? 'pipe', 'pipe'],
    ...options,
  })
  output?.handOver()
  let reader: Readable | undefined = kind === 'socket' ? (child.stdout ?? undefined) : undefined
  const exit = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals | null)
  const reports = readReports(child)
  const read = (): Readable => (reader ??= output?.open() as Readable)

  return {
    child,
    exit,
    report: (field) => reports.next(field),
    async read() {
      let text = ''
      for await (const chunk of read()) text += String(chunk)
      return text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Record<string, unknown>)
    },
    hangUp() {
      read().destroy()
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await exit
      reader?.destroy()
      output?.remove()
    },
  }
}

function readReports(child: ChildProcess): { next(field: string): Promise<Record<string, unknown>> } {
  const seen: Record<string, unknown>[] = []
  const waiting = new Set<() => void>()
  if (child.stderr === null) throw new Error('stderr is not a pipe')
  createInterface(child.stderr).on('line', (line) => {
    seen.push(line.startsWith('{') ? (JSON.parse(line) as Record<string, unknown>) : { text: line })
    for (const look of waiting) look()
  })
  return {
    next: (field) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = seen.find((report) => field in report)
          if (found === undefined) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        child.once('close', () => {
          look()
          reject(new Error(`ended without a report of "${field}": ${JSON.stringify(seen)}`))
        })
        look()
      }),
  }
}
