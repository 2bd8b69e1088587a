import { expect, test } from 'vitest'
import { startProgram } from '../process/start-service.ts'

const PROGRAM = new URL('programs/ends-late.ts', import.meta.url)

test('a process that ends itself at its deadline is given time for that, and no second report', async () => {
  await using program = startProgram(PROGRAM, { BUSY: '500', STEP: '20000' }, { flavour: 'source' })
  expect(await program.exit).toEqual({ code: 7, signal: null })
  expect(program.errorLines).toEqual([])
})

test('one that does not come to its end even so is ended, and found leaving', async () => {
  await using program = startProgram(PROGRAM, { BUSY: 'Infinity', STEP: '300' }, { flavour: 'source' })
  await program.exit
  expect(program.errorLines).toEqual([expect.stringContaining('(SIGTERM): it was about to exit, and is blocked in ')])
})
