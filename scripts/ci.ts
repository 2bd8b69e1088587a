// Runs every gate, cheap ones first, and stops at the first that fails: npm run ci
// With --tested it leaves out the tests and takes their counts from the report of an `npm test` that just passed.
import { parseArgs } from 'node:util'
import { formatDuration } from '../src/core/duration.ts'
import { GATES, TEST_REPORT } from './gates.ts'
import { countsOfReport, runGates, sum } from './run-gates.ts'

const { values } = parseArgs({ options: { tested: { type: 'boolean', default: false } } })

const startedAt = performance.now()
const print = (line: string): void => console.log(line)
const tested = values.tested ? countsOfReport(TEST_REPORT) : { passed: 0, failed: 0 }
if (tested === undefined) throw new Error(`--tested needs ${TEST_REPORT}; .ci/run shows how npm test writes it`)

const gates = GATES.filter((gate) => !values.tested || gate.partOfTest !== true)
const { passed, failed } = sum(tested, await runGates(gates, print))

print(`\nall gates: ${formatDuration(performance.now() - startedAt)}`)
if (failed > 0) process.exitCode = 1
// The plain line that a pipeline reads: it stays the last.
print(`${passed} passed, ${failed} failed`)
