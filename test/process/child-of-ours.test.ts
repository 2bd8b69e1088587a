import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { ChildOfOurs, type ChildOptions } from '../../src/process/child-of-ours.ts'
import type { ProcessExit } from '../../src/process/owned-process.ts'
import { quietPort } from '../../src/process/quiet-port.ts'

const SERVICES = join(import.meta.dirname, '..', 'trial', 'services')

interface Ended {
  readonly exit: ProcessExit
  readonly stdout: string
  readonly stderr: string
}

async function runToTheEnd(command: readonly string[], options: Partial<ChildOptions> = {}): Promise<Ended> {
  const pieces: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] }
  let child: ChildOfOurs | undefined
  const exit = await new Promise<ProcessExit>((resolve, reject) => {
    ChildOfOurs.start({
      command,
      cwd: SERVICES,
      env: { PATH: process.env['PATH'] },
      clock: systemClock,
      onBytes: (bytes, stream) => pieces[stream].push(Buffer.from(bytes)),
      onExit: resolve,
      ...options,
    }).then((started) => (child = started), reject)
  })
  await child?.readToTheEnd(5000, systemClock)
  const text = (stream: 'stdout' | 'stderr'): string => Buffer.concat(pieces[stream]).toString()
  return { exit, stdout: text('stdout'), stderr: text('stderr') }
}

describe.skipIf(process.platform === 'win32')('a child of ours', () => {
  test('has its output and its exit code told', async () => {
    const ended = await runToTheEnd(['sh', '-c', 'echo out; echo err >&2; exit 7'])
    expect(ended).toEqual({ exit: { code: 7, signal: null }, stdout: 'out\n', stderr: 'err\n' })
  })

  test('can open its standard output again, as in a container', async () => {
    const { stdout, exit } = await runToTheEnd(['sh', '-c', 'echo again > /dev/stdout'])
    expect([stdout, exit.code]).toEqual(['again\n', 0])
  })

  test('loses what was not in the pipe when it ends by process.exit()', async () => {
    const { stdout } = await runToTheEnd([process.execPath, 'exits-with-output.mjs'], { readsSlowly: true })
    expect(stdout).toHaveLength(64 * 1024)
  })

  test('leaves nothing in the folder for temporary files', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'own-'))
    const before = process.env['TMPDIR']
    process.env['TMPDIR'] = folder
    try {
      await runToTheEnd(['true'])
      expect(readdirSync(folder)).toEqual([])
    } finally {
      if (before === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = before
      rmSync(folder, { recursive: true })
    }
  })

  test('is not waited for when something else holds its output open', async () => {
    const child = await new Promise<ChildOfOurs>((resolve, reject) => {
      const starting = ChildOfOurs.start({
        command: ['sh', '-c', 'sleep 1000 & exit 0'],
        cwd: SERVICES,
        env: { PATH: process.env['PATH'] },
        clock: systemClock,
        onBytes: () => {},
        onExit: () => void starting.then(resolve, reject),
      })
    })
    await child.readToTheEnd(100, systemClock)
    expect(child.signal('SIGTERM')).toBe(false)
    // The rest of its group is there still, and is ended by this.
    expect(process.kill(-child.pid, 'SIGKILL')).toBe(true)
  })
})

test('a quiet port is below those of outgoing connections, and given once', async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, () => quietPort('127.0.0.1')))
  expect(new Set(ports).size).toBe(50)
  expect(Math.max(...ports)).toBeLessThan(32_768)
})
