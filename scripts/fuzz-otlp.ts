// Throws mutated input at every OTLP decoder:
//   node scripts/fuzz-otlp.ts --count 100000
import { randomInt } from 'node:crypto'
import { inspect, parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { replay, runFuzz, type FuzzReport } from './fuzz-otlp/run.ts'

const HELP = `Throws mutated input at every OTLP decoder (protobuf and JSON; requests, responses, status).

Only a SEA_OTLP_MALFORMED may be thrown, no decode may take longer than the hang limit, what is taken must survive
being encoded and read again, and the heap must not keep growing.

  --count <n>    mutations, 100000 if not given (or FUZZ_OTLP_COUNT)
  --seed <n>     the same seed and count give the same mutations; random if not given
  --hang-ms <n>  the longest that one decode may take, 1000 if not given
  --only <n>     prints the input of one mutation and what its decoder says, then ends
  --json         prints the report as one JSON object
  --help

Exit code: 0 all held, 1 something did not, 2 wrong usage.
`
/** A decode that has not ended after so many times the limit will not: it cannot be stopped in its own thread. */
const GIVE_UP_FACTOR = 10

if (isMainThread) await main()
else await work()

async function main(): Promise<void> {
  const options = readOptions()
  if (options === undefined) return
  if (options.only !== undefined) {
    showOne(options.seed, options.only)
    return
  }
  if (!options.json) console.log(`seed ${options.seed}, ${options.count} mutations`)
  const report = await runInWorker(options)
  if (options.json) console.log(JSON.stringify(report))
  else print(report)
  process.exitCode = report.ok ? 0 : 1
}

function showOne(seed: number, iteration: number): void {
  const { target, mutated } = replay(seed, iteration)
  console.log(`${target}: ${mutated.mutations.join(', ')}\n${mutated.input}`)
  try {
    console.log(inspect(mutated.decode(), { depth: null }))
  } catch (error) {
    console.log(error)
  }
}

interface Options {
  readonly seed: number
  readonly count: number
  readonly hangMs: number
  readonly only: number | undefined
  readonly json: boolean
}

function readOptions(): Options | undefined {
  try {
    const { values } = parseArgs({
      options: {
        count: { type: 'string', default: process.env['FUZZ_OTLP_COUNT'] ?? '100000' },
        seed: { type: 'string', default: String(randomInt(2 ** 32)) },
        'hang-ms': { type: 'string', default: '1000' },
        only: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      console.log(HELP)
      return undefined
    }
    return {
      seed: wholeNumber('--seed', values.seed, 2 ** 32 - 1),
      count: wholeNumber('--count', values.count, 1e9),
      hangMs: wholeNumber('--hang-ms', values['hang-ms'], 600_000),
      only: values.only === undefined ? undefined : wholeNumber('--only', values.only, 1e9),
      json: values.json,
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = 2
    return undefined
  }
}

function wholeNumber(name: string, text: string, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!(value <= max)) throw new Error(`${name} is "${text}", expected a whole number from 0 to ${max}`)
  return value
}

/** In a thread of its own, so that a decoder that never ends is noticed and named. */
function runInWorker({ seed, count, hangMs }: Options): Promise<FuzzReport> {
  const progress = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(new URL(import.meta.url), { workerData: { seed, count, hangMs, progress } })
  return new Promise((resolve, reject) => {
    let seen = -1
    const watch = setInterval(() => {
      const iteration = Atomics.load(progress, 0)
      if (iteration !== seen || iteration === -1) {
        seen = iteration
        return
      }
      clearInterval(watch)
      void worker.terminate()
      reject(
        new Error(`seed ${seed}: mutation ${iteration} never ended; see it with --seed ${seed} --only ${iteration}`),
      )
    }, hangMs * GIVE_UP_FACTOR)
    worker.once('message', (report: FuzzReport) => {
      clearInterval(watch)
      resolve(report)
    })
    worker.once('error', (error) => {
      clearInterval(watch)
      reject(error)
    })
  })
}

async function work(): Promise<void> {
  const { seed, count, hangMs, progress } = workerData as Omit<Options, 'only' | 'json'> & { progress: Int32Array }
  const onIteration = (iteration: number): void => void Atomics.store(progress, 0, iteration)
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
  parentPort?.postMessage(runFuzz({ seed, count, hangMs, onIteration }))
}

function print(report: FuzzReport): void {
  const { outcomes, memory } = report
  console.log(`${outcomes.taken} taken, ${outcomes.refused} refused, ${outcomes.violations} violations`)
  for (const [name, counts] of Object.entries(report.byTarget).toSorted(([a], [b]) => a.localeCompare(b))) {
    console.log(
      `  ${name.padEnd(26)} ${String(counts.taken).padStart(7)} taken ${String(counts.refused).padStart(7)} refused`,
    )
  }
  const { slowest } = report
  console.log(`${report.mutationsPerSecond} mutations/s`)
  console.log(`slowest decode ${slowest.decodeMs} ms: mutation ${slowest.iteration}, ${slowest.inputLength} characters`)
  console.log(`heap after gc, MB: ${memory.heapAfterGcMb.join(' ')}`)
  console.log(`growth ${memory.growthMb} MB${memory.rising ? ': RISING' : ''}`)
  for (const violation of report.violations) {
    console.log(
      `\nmutation ${violation.iteration}, ${violation.target} (${violation.mutations.join(', ')}): ${violation.what}`,
    )
    console.log(`  ${violation.input}`)
  }
  console.log(report.ok ? 'ok' : `NOT OK; repeat with --seed ${report.seed} --count ${report.count}`)
}
