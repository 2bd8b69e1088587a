import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { describeDifference, differencesBetween } from './compare.ts'
import { grpcTable, judgeGrpc, renameCalls } from './grpc-differences.ts'
import { judge } from './known-differences.ts'
import { runProgram } from './run-program.ts'
import { PROGRAMS, SET_UPS, STOCK } from './set-ups.ts'

test('calls of grpc-js that Seaworthy observes itself differ from those of its instrumentation in what is listed', async () => {
  const program = PROGRAMS.find(({ name }) => name === 'grpc')
  if (program === undefined) throw new Error('There is no program of gRPC')
  const [stock, ours] = await Promise.all([
    runProgram(program, STOCK),
    runProgram(program, { ...SET_UPS.own, instrumentations: () => [] }),
  ])
  const { unexplained, idle } = judgeGrpc(judge('engine', differencesBetween(renameCalls(stock), ours)).unexplained)
  expect(unexplained.map(describeDifference)).toEqual([])
  expect(idle).toEqual([])
}, 60_000)

test('the guide has the table of what differs with gRPC as it is tested', () => {
  const page = readFileSync(new URL('../../docs/guide/stock-sdk.md', import.meta.url), 'utf8')
  expect(page).toContain(`\n\n${grpcTable()}\n\n`)
})
