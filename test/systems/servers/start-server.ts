import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { findProgram, SERVER_PATH } from '../../../scripts/debian-servers.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { OwnedProcess } from '../../../src/process/owned-process.ts'

/** A server under test: a process of its own, its data in a folder of its own. */
export interface RunningServer extends AsyncDisposable {
  readonly port: number
  readonly url: string
  readonly pid: number
}

export interface ServerPlan {
  /** A program of Debian by its name, or any other by its whole path. */
  readonly program: string
  readonly args: readonly string[]
  readonly folder: string
  readonly env?: Readonly<Record<string, string>>
  /** The user to run as when we are root: some servers refuse root. */
  readonly user?: string
}

const START_LIMIT_MS = 45_000
const POLL_MS = 50
const END_GRACE_MS = 5000
const KEPT_LINES = 30

export interface ServerProcess extends AsyncDisposable {
  readonly pid: number
  /** Waits until `isReady` says so; fails with what the server said when it ends before, or takes too long. */
  whenReady(isReady: () => Promise<boolean>): Promise<void>
  /** Resolves when it ends by itself. @throws Error when it ends with anything but 0 */
  succeeds(): Promise<void>
}

/** Starts a program. It ends with us, even when we are killed: the kernel sends it SIGKILL. */
export async function startServerProcess(plan: ServerPlan): Promise<ServerProcess> {
  const program = plan.program.startsWith('/') ? plan.program : findProgram(plan.program)
  if (program === undefined) throw new Error(`${plan.program} is not installed`)
  const isRoot = process.getuid?.() === 0
  const as =
    plan.user === undefined || !isRoot ? [] : [`--reuid=${plan.user}`, `--regid=${plan.user}`, '--clear-groups']
  const said: string[] = []
  const owned = await OwnedProcess.start({
    command: 'setpriv',
    args: ['--pdeathsig=KILL', ...as, program, ...plan.args],
    cwd: plan.folder,
    env: { PATH: SERVER_PATH, HOME: plan.folder, LC_ALL: 'C.UTF-8', ...plan.env },
    clock: systemClock,
    onLine: (line) => said.push(line) > KEPT_LINES && said.shift(),
  })
  let ended = false
  void owned.exit.then(() => (ended = true))
  const failed = (why: string): Error =>
    new Error(`${plan.program} ${why}. It said:${said.map((line) => `\n  ${line}`).join('')}`)
  return {
    pid: owned.pid,
    async whenReady(isReady) {
      const deadline = performance.now() + START_LIMIT_MS
      while (!(await isReady().catch(() => false))) {
        if (ended) throw failed('ended while it started')
        if (performance.now() > deadline) throw failed(`was not ready after ${START_LIMIT_MS} ms`)
        await wait(POLL_MS)
      }
    },
    async succeeds() {
      const { code, signal } = await owned.exit
      if (code !== 0) throw failed(`ended with ${signal ?? code}`)
    },
    [Symbol.asyncDispose]: () => owned.endGroup(END_GRACE_MS),
  }
}

/** A temporary folder for a server's data. */
export async function serverFolder(name: string): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), `seaworthy-${name}-`))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) }
}

/** Sends `request` to a port and tells whether the first bytes of the answer contain `expected`: ready by protocol. */
export function answers(port: number, request: string | Buffer, expected: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    const end = (is: boolean): void => {
      socket.destroy()
      resolve(is)
    }
    socket.setTimeout(1000, () => end(false))
    socket.once('error', () => end(false))
    socket.once('close', () => end(false))
    socket.once('data', (chunk: Buffer) => end(chunk.toString('latin1').includes(expected)))
  })
}
