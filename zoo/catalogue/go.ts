import type { Animal } from './animal.ts'

const ALL = ['--slow', '/slow', '--upload', '/echo'] as const
const CRASH = [...ALL, '--crash', '/crash'] as const
const STOCK = [...ALL, '--env', 'STOCK_URL={stock}', '--dep', 'stock=STOCK_URL'] as const

const NO_DEPENDENCY = 'It depends on nothing.'
const WITHOUT_DEPENDENCY = {
  'START-04': NO_DEPENDENCY,
  'PROBE-05': NO_DEPENDENCY,
  'DEP-01': NO_DEPENDENCY,
  'DEP-03': NO_DEPENDENCY,
  'CTX-02': NO_DEPENDENCY,
  'CTX-03': NO_DEPENDENCY,
} as const
const WITHOUT_EXTRAS = {
  'STOP-04': 'It does not speak HTTP/2.',
  'STOP-05': 'It has neither WebSockets nor streams of events.',
  'CONF-01': 'Its configuration is not reloaded.',
  'CONF-02': 'Its configuration is not reloaded.',
} as const

/** Trials that fail, too, and rightly. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  'background-context': ['CTX-03'],
  'cuts-idle-connections': ['STOP-16'],
  'exits-in-handler': ['STOP-02', 'STOP-03', 'STOP-11', 'STOP-12', 'STOP-13', 'STOP-16'],
  'exports-synchronously': ['TEL-03'],
  'fatal-in-goroutine': ['STOP-08', 'STOP-11', 'STOP-12', 'STOP-13'],
  'forgets-bodies': ['CTX-03'],
  'forgets-goroutines': ['TEL-03'],
  'liveness-asks-stock': ['DEP-01'],
  'never-flushes': ['STOP-12', 'TEL-04'],
  'no-handler': ['STOP-01', 'STOP-02', 'STOP-08', 'STOP-11', 'STOP-12', 'STOP-13', 'STOP-16', 'TEL-04'],
  'no-propagator': ['CTX-05'],
  'returns-from-main': ['STOP-02', 'STOP-11', 'STOP-12', 'STOP-13', 'STOP-16', 'TEL-04'],
  'sleeps-behind-closed-door': ['STOP-02', 'STOP-16'],
}

const GOLDEN: readonly Animal[] = [
  { ...animal('golden', CRASH), reviewedSkips: { ...WITHOUT_DEPENDENCY, ...WITHOUT_EXTRAS } },
  { ...animal('golden-dependency', [...STOCK, '--crash', '/crash']), reviewedSkips: WITHOUT_EXTRAS },
]

const STOPS: readonly Animal[] = [
  broken('no-handler', 'STOP-06', 'Nobody handles SIGTERM.'),
  broken(
    'returns-from-main',
    'STOP-01',
    'Shutdown runs in a goroutine, and main returns with ListenAndServe, in the moment Shutdown begins.',
  ),
  broken(
    'sleeps-behind-closed-door',
    'STOP-01',
    'It closes the listener first, and then waits for those who have not heard of it yet.',
  ),
  broken('exits-in-handler', 'STOP-01', 'It ends in the moment of the signal, past everything that was deferred.'),
  broken(
    'cuts-idle-connections',
    'STOP-01',
    'SetKeepAlivesEnabled(false) cuts the connections that are idle in that moment, under what is on the wire.',
  ),
  broken(
    'fatal-in-goroutine',
    'STOP-06',
    'Its log.Fatal takes the end of ListenAndServe for an error, and ends the process in the middle of its shutdown.',
  ),
  broken('stays-ready', 'STOP-02', 'Readiness says yes to the end.'),
  broken('ignores-second-signal', 'STOP-09', 'A second signal waits in a channel that nobody reads any more.'),
  broken('never-flushes', 'STOP-11', 'No provider is shut down, and what their batches hold is lost.'),
  broken('flushes-without-limit', 'STOP-14', 'The flush at its end takes as long as a dead collector wants.', [
    ...ALL,
    '--grace',
    '8s',
  ]),
]

const AFLOAT: readonly Animal[] = [
  broken('asks-collector', 'START-03', 'Readiness dials the collector: without it, nobody gets an answer.'),
  broken('takes-any-port', 'START-05', 'It takes its default when the port that it was told is none.'),
  broken('own-collector', 'TEL-01', 'Where the collector is stands in the code.'),
  broken('liveness-asks-stock', 'PROBE-02', 'Liveness fails with the dependency: an outage restarts the fleet.', STOCK),
  broken(
    'asks-within-the-probe',
    'PROBE-05',
    'Each probe of readiness asks the dependency, and waits for its answer.',
    STOCK,
  ),
  broken('exports-synchronously', 'TEL-02', 'WithSyncer sends each span when it ends, and the answer waits for it.'),
  broken('records-everything', 'TEL-05', 'AlwaysSample in the code, whatever the variables and the caller say.'),
  broken('no-propagator', 'CTX-01', 'Nobody sets a propagator, and that of the SDK for Go does nothing.'),
  broken('background-context', 'CTX-02', 'It asks its dependency with context.Background().', STOCK),
  broken('logs-text', 'CTX-05', 'Its log is prose, without a field.'),
  broken(
    'logs-without-context',
    'CTX-05',
    'It logs by slog.Info in place of slog.InfoContext: no line names its trace.',
  ),
  broken(
    'forgets-goroutines',
    'LEAK-01',
    'For each request a goroutine waits for ever to hand over what nobody takes any more.',
  ),
  broken(
    'forgets-bodies',
    'LEAK-02',
    'The body of an answer is not closed, and its connection is never given back.',
    STOCK,
  ),
  broken('panics-beside', 'CRASH-01', 'Nobody recovers in a goroutine, and nothing is sent before the end.', CRASH),
  broken(
    'crashes-with-0',
    'CRASH-01',
    'After a panic it ends in order, and with 0: for its platform, all is well.',
    CRASH,
  ),
  broken('logs-headers', 'SEC-01', 'It writes the headers of each request into its log.'),
]

/** `net/http` with the OpenTelemetry SDK for Go. */
export const GO: readonly Animal[] = [...GOLDEN, ...STOPS, ...AFLOAT]

function broken(name: string, caughtBy: string, defect: string, needs: readonly string[] = ALL): Animal {
  const twin = needs === STOCK ? 'go-golden-dependency' : 'go-golden'
  return { ...animal(name, needs), defect, caughtBy, alsoCaughtBy: ALSO[name] ?? [], twin }
}

function animal(name: string, needs: readonly string[]): Animal {
  return {
    name: `go-${name}`,
    language: 'go',
    file: `go/${name}/main.go`,
    command: [`../build/zoo/go/${name}`],
    build: ['node', 'go/build.ts', `go/${name}`],
    needs,
  }
}
