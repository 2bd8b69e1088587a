import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { startProgram, startService } from './start-service.ts'

test('a service is up when it says so, and what it says with it is handed over', async () => {
  await using service = await startService('greets', { GREETING: 'http://127.0.0.1:1' })
  expect(service.ready).toBe('http://127.0.0.1:1')
  expect(service.lines).toEqual(['ready http://127.0.0.1:1'])
})

test('a service that ends before it is up fails the start with all that it said', async () => {
  await expect(startService('greets', { GREETING: '' })).rejects.toThrow(/The program ended \(3\)[^]*nothing to say/)
})

test('a program sees none of the variables of the tests', async () => {
  await using service = await startService('greets', { GREETING: 'hello' })
  service.kill('SIGUSR2')
  expect(await service.line('sees')).toMatch(
    /^sees(?: (?:GREETING|HOME|NODE_COMPILE_CACHE|PATH|SEAWORTHY_CRASH_DIR|TMPDIR))+$/,
  )
})

test('a program that is no longer wanted is ended, whatever it is doing', async () => {
  let exit
  {
    await using service = await startService('greets', { GREETING: 'hello' })
    exit = service.exit
  }
  expect(await exit).toEqual({ code: null, signal: 'SIGKILL' })
})

test('a file that does not exist is reported by its exit', async () => {
  await using program = startProgram(new URL('services/absent.ts', import.meta.url))
  expect(await program.exit).toEqual({ code: 1, signal: null })
})

test('a service runs on the Node and the flavour that the environment asks for', async () => {
  const { SEAWORTHY_TEST_NODE = process.execPath, SEAWORTHY_TEST_DIST } = process.env
  const version = execFileSync(SEAWORTHY_TEST_NODE, ['--version'], { encoding: 'utf8' }).trim()
  const entry = SEAWORTHY_TEST_DIST === '1' ? 'dist/public/index.js' : 'src/public/index.ts'
  await using service = await startService('tells-what-runs')
  expect(service.ready).toBe(`${version} ${new URL(`../../${entry}`, import.meta.url).href}`)
})
