import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { OftenCollecting } from '../../../src/trial/memory/often-collecting.ts'

const run = promisify(execFile)

/** Runs a program that ends by itself. @returns what it wrote */
async function runNode(program: string, env: Record<string, string>): Promise<string> {
  const { stdout } = await run(process.execPath, ['-e', program], { env: { PATH: process.env['PATH'], ...env } })
  return stdout.trim()
}

/** Where the files are that what is preloaded writes. */
function folderOf({ NODE_OPTIONS = '' }: Record<string, string>): string {
  const into = new URL(NODE_OPTIONS.split('--import=')[1] ?? '').searchParams.get('into')
  return fileURLToPath(into ?? '')
}

test('a Node.js process tells what is in use, and what else is resident', async () => {
  await using collecting = await OftenCollecting.begin()
  expect(await collecting.leftBytes()).toBeUndefined()
  await runNode('const kept = Buffer.alloc(50e6, 1); setTimeout(() => kept.length, 1500)', collecting.environment({}))
  const left = await collecting.leftBytes()
  expect(left?.liveBytes).toBeGreaterThan(50e6)
  expect(left?.liveBytes).toBeLessThan(90e6)
  expect(left?.outsideBytes).toBeGreaterThan(50e6)
})

test('garbage is not in use', async () => {
  await using collecting = await OftenCollecting.begin()
  const program = 'let kept = Buffer.alloc(50e6, 1); setTimeout(() => { kept = null }, 100); setTimeout(() => {}, 4000)'
  await runNode(program, collecting.environment({}))
  expect((await collecting.leftBytes())?.liveBytes).toBeLessThan(40e6)
})

test('the service keeps its own options, and is not kept alive', async () => {
  await using collecting = await OftenCollecting.begin()
  const env = collecting.environment({ NODE_OPTIONS: '--stack-trace-limit=7', GOGC: '50' })
  expect(env['GOGC']).toBe('50')
  expect(await runNode('console.log(Error.stackTraceLimit, typeof globalThis.gc)', env)).toBe('7 undefined')
})

test('once it has ended nothing is left, and a service that goes on is not troubled', async () => {
  const collecting = await OftenCollecting.begin()
  const env = collecting.environment({})
  const running = runNode('setTimeout(() => console.log("fine"), 1800)', env)
  await expect.poll(() => collecting.leftBytes(), { timeout: 5000 }).toBeDefined()
  await collecting.end()
  expect(await running).toBe('fine')
  expect(existsSync(folderOf(env))).toBe(false)
  expect(await collecting.leftBytes()).toBeUndefined()
  await collecting.end()
})
