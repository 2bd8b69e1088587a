import { expect, test } from 'vitest'
import { numbersOf, openSpool, temporaryDirectory } from './spool-fixture.ts'
import { startSpoolProcess } from './spool-process.ts'

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, number) => number)

/** What a process that starts now is given to send. */
async function adoptAtLeast(directory: string, count: number): Promise<readonly (number | undefined)[]> {
  await using opened = openSpool(directory)
  await opened.heard.until(({ lines }) => lines.some(({ message }) => message.includes('sent now')))
  expect(opened.heard.adoptedChunks.length).toBeGreaterThanOrEqual(count)
  return await numbersOf(opened.spool, opened.heard.adoptedChunks)
}

test('SIGKILL amid writing: every chunk that was told to be stored is the next process’s to send, undamaged', async () => {
  using directory = temporaryDirectory()
  await using victim = await startSpoolProcess(directory.path)
  victim.tell('forever')
  await victim.until(() => victim.numbers('stored').length >= 200)
  victim.kill('SIGKILL')
  await victim.exit

  const stored = victim.numbers('stored')
  const adopted = await adoptAtLeast(directory.path, stored.length)
  expect(adopted).toEqual(upTo(adopted.length))
})

test('an out-of-memory kill loses nothing that was told to be stored', async () => {
  using directory = temporaryDirectory()
  await using victim = await startSpoolProcess(directory.path, { flags: ['--max-old-space-size=30'] })
  victim.tell('append 0 50 5000')
  await victim.until(() => victim.numbers('stored').length === 50)
  victim.tell('exhaust')
  expect((await victim.exit).code).not.toBe(0)

  expect(await adoptAtLeast(directory.path, 50)).toEqual(upTo(50))
})

test('process.exit in the turn in which 500 chunks were appended loses none of them', async () => {
  using directory = temporaryDirectory()
  await using victim = await startSpoolProcess(directory.path)
  victim.tell('exit 500')
  expect(await victim.exit).toEqual({ code: 3, signal: null })

  expect(victim.numbers('stored')).toEqual(upTo(500))
  expect(await adoptAtLeast(directory.path, 500)).toEqual(upTo(500))
})

test('an uncaught exception in the turn in which 500 chunks were appended loses none of them', async () => {
  using directory = temporaryDirectory()
  await using victim = await startSpoolProcess(directory.path)
  victim.tell('throw 500')
  expect((await victim.exit).code).toBe(1)

  expect(await adoptAtLeast(directory.path, 500)).toEqual(upTo(500))
})
