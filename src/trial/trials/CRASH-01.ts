import type { RequestEvent } from '../history/client-events.ts'
import { eventsOf, type Lifetime, markedAt } from '../history/lifetime.ts'
import { CRASH_PROVOKED } from '../history/marks/crash.ts'
import { describeExit, exitedByItself, lastLines } from '../history/views/exits.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import type { Evidence } from '../verdict/verdict.ts'

const EXIT_MS = 5000
const FLUSH_MS = 5000
/** Lines at the end among which the error must be. */
const LAST_LINES = 60
/** A place in the code, as runtimes print it: Node.js, Java, .NET; Python; Go; Ruby; Rust. */
const STACK = /^\s*at\s+\S|^\s*File \\?".+\\?", line \d+|\.go:\d+|\.rb:\d+:in|\.rs:\d+:\d+|stack backtrace/m
const ERROR = /error|exception|panic|traceback|fatal|throw|unhandled|uncaught/i

export default defineTrial({
  id: 'CRASH-01',
  slug: 'crash-tells-why',
  claim: 'A crash ends the process, says why with a stack, and what it knew still arrives.',
  procedure:
    'The request that was declared to end the process by an uncaught error is sent. ' +
    `It fails when the process ends with exit code 0, takes longer than ${EXIT_MS / 1000} s, writes no error with a stack, or the span of that request, with status ERROR, does not arrive within ${FLUSH_MS / 1000} s. ` +
    'Nobody can tell when the process goes on. A crash in native code cannot be expected to flush, and is not tried.',
  seed: ['P3', 'P4', 'P7'],
  remedy: {
    feature: 'the crash path of run(): one line, the shutdown, the flush, exit code 70',
    page: 'guide/crashes.md',
    change:
      'On an uncaught error, log it with its stack, end the open spans with an error, flush within a limit, and exit with another code than 0.',
    rules: [],
  },
  voyages: ['crash'],
  isTiming: false,
  skipBecause: ({ crash }) =>
    crash === undefined ? 'No request is known that ends the process: say one with --crash /crash' : undefined,
  judge({ facts, lifetimes }) {
    const lifetime = lifetimes.find((each) => markedAt(each, CRASH_PROVOKED) !== undefined)
    const provokedAt = lifetime === undefined ? undefined : markedAt(lifetime, CRASH_PROVOKED)
    if (lifetime === undefined || provokedAt === undefined) return inconclusive('No crash was provoked.')
    const request = eventsOf(lifetime, 'request').find(({ load }) => load === 'crash')
    const exit = exitedByItself(lifetime)
    if (request === undefined) return inconclusive('The request that ends the process was never settled.')
    if (exit === undefined) {
      const { outcome, status } = request
      const answer =
        outcome === 'answered' ? `it was answered with ${status ?? 'no status'}` : `it ended with ${outcome}`
      return inconclusive(`The process went on after the request that was to end it: ${answer}.`)
    }
    const exitAfterMs = Math.round(exit.at - provokedAt)
    const figures = [
      { name: 'exitAfterMs', value: exitAfterMs },
      { name: 'exitCode', value: exit.code ?? exit.signal ?? 'unknown' },
    ]
    const evidence: Evidence[] = []
    const seen = { lifetime: lifetime.id, from: provokedAt, to: exit.at, requests: [request.id] }
    if (exit.code === 0)
      evidence.push({ says: 'The process crashed with exit code 0: for its platform, all is well.', seen })
    if (exitAfterMs > EXIT_MS)
      evidence.push({ says: `The process took ${exitAfterMs} ms to end after the error.`, seen })
    evidence.push(...outputOf(lifetime, provokedAt, seen))
    const notes: string[] = []
    if (facts.telemetry.traces) evidence.push(...spanOf(lifetime, request, exit.at, seen))
    else notes.push('The service was not seen to send spans, so the span of the request was not looked for.')
    const [worst] = evidence
    if (worst !== undefined) return fail(worst.says, { evidence, figures, notes })
    const whole = isWatchedLongEnough(lifetime, exit.at)
    const also = facts.telemetry.traces ? ', and the span of the request arrived' : ''
    return pass(`Ended with ${describeExit(exit)} after ${exitAfterMs} ms; error and stack were written${also}.`, {
      figures,
      notes: whole ? notes : [...notes, 'The collector was not watched for five seconds after the end.'],
    })
  },
})

type Seen = NonNullable<Evidence['seen']>

function outputOf(lifetime: Lifetime, provokedAt: number, seen: Seen): Evidence[] {
  const texts = [
    ...eventsOf(lifetime, 'output')
      .filter(({ at }) => at >= provokedAt)
      .slice(-LAST_LINES)
      .map(({ line }) => line),
    ...eventsOf(lifetime, 'log')
      .filter(({ madeAt }) => madeAt >= provokedAt)
      .map(({ body, attributes }) => `${body}\n${String(attributes['exception.stacktrace'] ?? '')}`),
  ]
  const lines = lastLines(lifetime)
  const whole = unescaped(texts.join('\n'))
  if (!ERROR.test(whole)) return [{ says: 'Nothing that was written after the crash speaks of an error.', seen, lines }]
  if (!STACK.test(whole))
    return [{ says: 'What was written of the error has no stack: nobody can tell where it was.', seen, lines }]
  return []
}

/** In JSON, a stack is on one line. */
function unescaped(text: string): string {
  return text.replaceAll(/\\n|\\u000a/gi, '\n').replaceAll(/\\t|\\u0009/gi, '\t')
}

function spanOf(lifetime: Lifetime, request: RequestEvent, exitedAt: number, seen: Seen): Evidence[] {
  const { trace } = request
  if (trace === undefined || !trace.isSampled) return []
  const spans = eventsOf(lifetime, 'span').filter(
    ({ traceId, at }) => traceId === trace.traceId && at <= exitedAt + FLUSH_MS,
  )
  if (spans.length === 0)
    return [{ says: 'The span of the request that ended the process never arrived: it was lost with it.', seen }]
  if (spans.some(({ isError }) => isError)) return []
  const [inner] = spans
  const own = spans.find(({ parentSpanId }) => parentSpanId === trace.spanId)
  const says =
    own === undefined
      ? `Of the request that ended the process only inner spans arrived, such as "${inner?.name ?? ''}", and none with an error: its own was lost with it.`
      : `The span of the request that ended the process arrived without an error: ${own.name}.`
  return [{ says, seen }]
}

function isWatchedLongEnough({ events }: Lifetime, exitedAt: number): boolean {
  return (
    (events.at(-1)?.at ?? 0) >= exitedAt + FLUSH_MS || events.some(({ kind, at }) => kind === 'span' && at >= exitedAt)
  )
}
