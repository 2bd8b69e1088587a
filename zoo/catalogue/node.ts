import type { Animal } from './animal.ts'

const ALL = ['--slow', '/slow', '--upload', '/echo'] as const
const CRASH = [...ALL, '--crash', '/crash'] as const
const STOCK = [...ALL, '--env', 'STOCK_URL={stock}', '--dep', 'stock=STOCK_URL'] as const
const RELOAD = [...ALL, '--reload', 'node/colour.json blue=>green /colour SIGHUP'] as const
const SOCKETS = [...ALL, '--ws', '/ws', '--sse', '/events'] as const
const SOURCE = '--conditions=seaworthy-source'

/** What no stop that drops its clients gets right. */
const OTHER_LOSSES = ['STOP-01', 'STOP-02', 'STOP-03', 'STOP-16'] as const
const NO_DEPENDENCY = 'It depends on nothing.'
const NO_HTTP2 = 'It does not speak HTTP/2.'
const NO_SOCKETS = 'It has neither WebSockets nor streams of events.'
const NO_RELOAD = 'Its configuration is not reloaded.'
const NO_LINES = 'It writes no line for a request.'
const NO_CRASH = 'Nothing in it ends it by an error.'
const WITHOUT_DEPENDENCY = {
  'START-04': NO_DEPENDENCY,
  'PROBE-05': NO_DEPENDENCY,
  'DEP-01': NO_DEPENDENCY,
  'DEP-03': NO_DEPENDENCY,
  'CTX-02': NO_DEPENDENCY,
  'CTX-03': NO_DEPENDENCY,
  'CTX-04': NO_DEPENDENCY,
  'DEP-02': NO_DEPENDENCY,
  'DEP-04': NO_DEPENDENCY,
} as const
const WITHOUT_EXTRAS = {
  'STOP-04': NO_HTTP2,
  'STOP-05': NO_SOCKETS,
  'CONF-01': NO_RELOAD,
  'CONF-02': NO_RELOAD,
  'CONF-03': NO_RELOAD,
} as const

const GOLDEN: readonly Animal[] = [
  golden('golden', CRASH, { ...WITHOUT_DEPENDENCY, ...WITHOUT_EXTRAS }),
  golden('golden-dependency', [...STOCK, '--crash', '/crash'], WITHOUT_EXTRAS),
  golden('golden-sockets', SOCKETS, { ...WITHOUT_DEPENDENCY, ...without('STOP-05'), 'CRASH-01': NO_CRASH }),
  golden('golden-reload', RELOAD, {
    ...WITHOUT_DEPENDENCY,
    'STOP-04': NO_HTTP2,
    'STOP-05': NO_SOCKETS,
    'CRASH-01': NO_CRASH,
  }),
  golden('golden-http2', ALL, {
    ...WITHOUT_DEPENDENCY,
    ...without('STOP-04'),
    'CRASH-01': NO_CRASH,
    'STOP-01': 'It speaks HTTP/2 only, and STOP-04 tells of that.',
    'STOP-03': 'It speaks HTTP/2 only, where connections are ended by GOAWAY.',
    'LOAD-02': 'It speaks HTTP/2 only, where headers are not lines.',
  }),
  golden('golden-runtime', [...STOCK, '--crash', '/crash'], WITHOUT_EXTRAS),
  golden('golden-express', ALL, { ...WITHOUT_DEPENDENCY, ...WITHOUT_EXTRAS, 'CRASH-01': NO_CRASH }),
  golden('golden-fastify', ALL, { ...WITHOUT_DEPENDENCY, ...WITHOUT_EXTRAS, 'CRASH-01': NO_CRASH }),
  {
    ...golden(
      'golden-register',
      ALL,
      { ...WITHOUT_DEPENDENCY, ...WITHOUT_EXTRAS, 'CRASH-01': NO_CRASH, 'STOP-13': NO_LINES },
      'naive-app',
    ),
    command: ['node', SOURCE, '--import', 'seaworthy/register', 'node/naive-app.ts'],
  },
]

const STOPS: readonly Animal[] = [
  broken('naive-app', 'STOP-01', {
    defect: 'A server of ten lines, and nothing for its production.',
    needs: ALL,
    twin: 'node-golden-register',
    also: ['PROBE-01', 'START-05', 'STOP-06', 'STOP-08', 'STOP-16', 'TEL-01'],
  }),
  broken('exits-at-once', 'STOP-01', {
    defect: 'It ends in the moment of the signal, and takes what is in flight with it.',
    needs: ALL,
    also: ['STOP-02', 'STOP-03', 'STOP-09', 'STOP-11', 'STOP-12', 'STOP-13', 'STOP-16'],
  }),
  broken('express-closes-at-once', 'STOP-01', {
    defect: 'Express as most examples stop it: the listener closes in the moment of the signal.',
    needs: ALL,
    twin: 'node-golden-express',
    also: ['PROBE-01', 'STOP-03', 'STOP-06', 'STOP-09', 'STOP-16', 'TEL-01'],
  }),
  broken('fastify-closes-at-once', 'STOP-01', {
    defect: 'Fastify as most examples stop it: it is closed in the moment of the signal.',
    needs: ALL,
    twin: 'node-golden-fastify',
    also: ['PROBE-01', 'STOP-03', 'STOP-06', 'STOP-09', 'STOP-16', 'TEL-01'],
  }),
  broken('stays-ready', 'STOP-02', { defect: 'Readiness says yes to the end.', needs: ALL, also: ['STOP-16'] }),
  broken('never-says-close', 'STOP-03', {
    defect: 'Clients that keep their connections are never told that these are about to go.',
    needs: ALL,
    also: ['STOP-01', 'STOP-16'],
  }),
  broken('http2-closes-at-once', 'STOP-04', {
    defect: 'Over HTTP/2, the listener closes in the moment of the signal, and sessions are cut without a word.',
    needs: ALL,
    twin: 'node-golden-http2',
    also: ['STOP-02', 'STOP-16', 'TEL-01'],
  }),
  broken('forgets-sockets', 'STOP-05', {
    defect: 'WebSockets and streams of events are forgotten at the end, and cut.',
    needs: SOCKETS,
    twin: 'node-golden-sockets',
  }),
  broken('never-ends', 'STOP-06', {
    defect: 'It does all that a stop needs, and does not end: something is still open.',
    needs: [...ALL, '--grace', '8s'],
    also: ['STOP-01', 'STOP-07', 'STOP-08', 'STOP-09', 'STOP-14', 'STOP-16'],
  }),
  broken('ends-with-1', 'STOP-06', {
    defect: 'A stop that went well ends with exit code 1.',
    needs: ALL,
    also: ['STOP-08'],
  }),
  broken('daemonises', 'STOP-07', {
    defect: 'It starts the service as a process of its own and ends: nobody can signal the service.',
    needs: ALL,
    also: ['STOP-01', 'STOP-02', 'STOP-03', 'STOP-06', 'STOP-08', 'START-03', 'START-05'],
  }),
  {
    ...broken('shell-keeps-signal', 'STOP-07', {
      defect: 'A shell starts the service and does not hand the signal on.',
      needs: ALL,
      also: [...OTHER_LOSSES, 'STOP-06', 'STOP-08', 'STOP-09', 'START-05'],
    }),
    language: 'shell',
    file: 'node/golden.ts',
    command: ['sh', '-c', 'node node/golden.ts; true'],
  },
  broken('no-handler', 'STOP-08', {
    defect: 'Nobody handles SIGTERM: as process 1 of a container it never ends.',
    needs: [...ALL, '--grace', '5s'],
    also: [...OTHER_LOSSES, 'STOP-06', 'STOP-11', 'STOP-12', 'STOP-13', 'STOP-14'],
  }),
  broken('ignores-second-signal', 'STOP-09', {
    defect: 'A second signal is ignored: whoever is in a hurry has to kill it.',
    needs: ALL,
  }),
  broken('starts-on', 'STOP-10', {
    defect: 'A signal that comes while it still loads is passed over: it starts, and stays.',
    needs: [...ALL, '--url', '/', '--grace', '5s'],
  }),
  broken('never-flushes', 'STOP-11', {
    defect: 'It ends without sending what the batch still holds.',
    needs: ALL,
    also: ['STOP-12'],
  }),
  broken('loses-metrics', 'STOP-12', { defect: 'It flushes the traces at its end, and not the metrics.', needs: ALL }),
  broken('loses-lines', 'STOP-13', {
    defect: 'It collects lines of its log, and ends without writing the last ones.',
    needs: ALL,
  }),
  broken('waits-for-dead-collector', 'STOP-14', {
    defect: 'The flush at its end has no limit, and its rejection is nobody’s.',
    needs: [...ALL, '--grace', '8s'],
  }),
  broken('hurries-at-sigint', 'STOP-15', {
    defect: 'SIGINT ends it in that moment, with all that is in flight; SIGTERM ends it in order.',
    needs: ALL,
  }),
  broken('dies-of-sighup', 'STOP-15', {
    defect: 'Nobody handles SIGHUP: whoever means "read your configuration again" kills it.',
    needs: ALL,
  }),
  broken('closes-at-once', 'STOP-16', {
    defect: 'It closes its listener first: whoever has not heard of its end yet is refused.',
    needs: ALL,
    also: ['STOP-01', 'STOP-02'],
  }),
]

const STARTS: readonly Animal[] = [
  broken('ready-before-loaded', 'START-01', {
    defect: 'It says that it is ready in its first moment, while it still loads what it needs.',
    needs: [...ALL, '--url', '/'],
    also: ['PROBE-03', 'STOP-16'],
  }),
  broken('slow-start', 'START-02', {
    defect: 'It takes twice the time to start that its owner has declared.',
    needs: [...ALL, '--url', '/', '--ready', '/readyz', '--start-within', '2s'],
    also: ['STOP-16'],
  }),
  broken('waits-for-collector', 'START-03', {
    defect: 'It does not listen before the collector has answered.',
    needs: ALL,
    also: ['TEL-03'],
  }),
  broken('ends-silently', 'START-04', {
    defect: 'Without its dependency it ends at its start, with 0 and without a word.',
    needs: STOCK,
    twin: 'node-golden-dependency',
  }),
  broken('takes-any-port', 'START-05', {
    defect: 'It takes its default when the port that it was told is none.',
    needs: ALL,
  }),
  broken('stays-without-port', 'START-07', {
    defect: 'When its port is taken it writes a line, and goes on without one.',
    needs: ALL,
    also: ['STOP-10'],
  }),
  broken('takes-another-port', 'START-07', {
    defect: 'When its port is taken it listens on another one, where nobody looks for it.',
    needs: ALL,
  }),
  broken('own-name', 'START-06', {
    defect: 'Its name is written into the code.',
    needs: ALL,
    also: ['TEL-01'],
  }),
  broken('own-port', 'START-06', { defect: 'Its port is written into the code.', needs: ALL, also: ['STOP-16'] }),
  broken('no-probes', 'PROBE-01', { defect: 'It has no probes.', needs: ALL, also: ['STOP-16'] }),
  broken('one-probe', 'PROBE-01', {
    defect: 'Both probes have one path: what is not ready is restarted.',
    needs: ALL,
    also: ['PROBE-02'],
  }),
  broken('liveness-asks-dependency', 'PROBE-02', {
    defect: 'Liveness fails with the dependency: an outage restarts the fleet.',
    needs: STOCK,
    twin: 'node-golden-dependency',
    also: ['DEP-01'],
  }),
  broken('readiness-lies', 'PROBE-03', {
    defect: 'It says that it is ready when no request can succeed.',
    needs: STOCK,
    twin: 'node-golden-dependency',
    also: ['DEP-01', 'START-01', 'START-04'],
  }),
  broken('probes-wait-in-line', 'PROBE-04', {
    defect: 'It does one thing at a time, and its probes wait in the same line as its requests.',
    needs: ALL,
    also: ['STOP-02'],
  }),
  broken('asks-within-the-probe', 'PROBE-05', {
    defect: 'Each probe of readiness asks the dependency, and waits for its answer.',
    needs: STOCK,
    twin: 'node-golden-dependency',
  }),
]

const AFLOAT: readonly Animal[] = [
  broken('ends-with-dependency', 'DEP-01', {
    defect: 'It ends when the dependency is away.',
    needs: STOCK,
    twin: 'node-golden-dependency',
    also: ['PROBE-02', 'PROBE-03', 'START-04'],
  }),
  broken('never-asks-again', 'DEP-01', {
    defect: 'Once the dependency was away, it is away for ever.',
    needs: STOCK,
    twin: 'node-golden-dependency',
    also: ['START-04'],
  }),
  broken('retries-at-once', 'DEP-03', {
    defect: 'Twenty loops ask again in the moment in which the dependency has failed.',
    needs: STOCK,
    twin: 'node-golden-dependency',
    also: ['DEP-01'],
  }),
  broken('shares-its-places', 'DEP-02', {
    defect: 'Whatever it is asked takes one of eight places, and whoever waits for the dependency keeps his.',
    needs: STOCK,
    also: ['DEP-01', 'PROBE-05'],
    twin: 'node-golden-dependency',
  }),
  broken('keeps-dead-connections', 'DEP-04', {
    defect: 'A call that takes too long is answered for, and its connection stays taken.',
    needs: STOCK,
    twin: 'node-golden-dependency',
  }),
  broken('sends-nothing', 'TEL-01', { defect: 'It has no telemetry.', needs: ALL, also: ['CTX-05'] }),
  broken('waits-for-export', 'TEL-02', {
    defect: 'Each answer waits until its span has been taken by the collector.',
    needs: ALL,
    also: ['TEL-03', 'TEL-04', 'STOP-14', 'TEL-06'],
  }),
  broken('keeps-every-span', 'TEL-03', {
    defect: 'It keeps all spans until the collector has taken them, however long that is.',
    needs: ALL,
    also: ['STOP-11', 'LEAK-01'],
  }),
  broken('gives-up-exporting', 'TEL-04', {
    defect: 'After the first export that failed it sends no more spans.',
    needs: ALL,
  }),
  broken('records-everything', 'TEL-05', { defect: 'It records every trace, whatever it was told.', needs: ALL }),
  broken('costly-spans', 'TEL-06', {
    defect: 'It works for each span as long as for some requests.',
    needs: [...ALL, '--telemetry-budget', '1.5'],
  }),
  broken('names-spans-by-path', 'TEL-07', {
    defect: 'Each path that is asked for is a name of spans of its own.',
    needs: ALL,
  }),
  broken('measures-by-path', 'TEL-07', {
    defect: 'Each path that is asked for is a series of its own.',
    needs: ALL,
  }),
  broken('loses-silently', 'TEL-08', {
    defect: 'What its SDK drops is counted nowhere, and no line says so.',
    needs: ALL,
  }),
  broken('ignores-context', 'CTX-01', {
    defect: 'It begins a trace of its own for each request, whatever the caller sent.',
    needs: ALL,
    also: ['STOP-11', 'TEL-04', 'TEL-05', 'CTX-05', 'STOP-13', 'CRASH-01'],
  }),
  broken('drops-context', 'CTX-02', {
    defect: 'It asks its dependency without the context.',
    needs: STOCK,
    twin: 'node-golden-dependency',
    also: ['CTX-01'],
  }),
  broken('mixes-contexts', 'CTX-02', {
    defect: 'The context of the request is in a variable that all requests share.',
    needs: STOCK,
    twin: 'node-golden-dependency',
  }),
  broken('works-for-nobody', 'CTX-03', {
    defect: 'It goes on with what it asked its dependency for a client that has gone.',
    needs: STOCK,
    twin: 'node-golden-dependency',
  }),
  broken('waits-for-ever', 'CTX-04', {
    defect: 'It waits for its dependency as long as its client does.',
    needs: STOCK,
    twin: 'node-golden-dependency',
  }),
  broken('logs-text', 'CTX-05', { defect: 'Its log is prose, over several lines.', needs: ALL }),
  broken('logs-without-trace', 'CTX-05', {
    defect: 'Its lines do not say to which trace they belong.',
    needs: ALL,
  }),
  broken('keeps-each-request', 'LEAK-01', { defect: 'It keeps a KiB of each request.', needs: ALL, also: ['TEL-03'] }),
  broken('keeps-files-open', 'LEAK-02', {
    defect: 'A file is closed when the answer was sent, and never when the client has gone before.',
    needs: ALL,
  }),
  {
    ...broken('naive-app-keeps-requests', 'LEAK-03', {
      defect: 'It keeps the text of each request, and the metrics of its runtime tell of it.',
      needs: ALL,
      twin: 'node-golden-register',
      also: ['LEAK-01'],
    }),
    command: ['node', SOURCE, '--import', 'seaworthy/register', 'node/naive-app-keeps-requests.ts'],
  },
  broken('fills-its-memory', 'LEAK-04', {
    defect: 'It loads a catalogue that takes all but a little of the memory that it may use.',
    needs: [...ALL, '--memory-limit', '512Mi'],
  }),
  broken('works-through-its-queue', 'LOAD-01', {
    defect: 'Each request takes the processor for 10 ms, none is told no, and probes wait behind them.',
    needs: ALL,
    also: ['STOP-01'],
  }),
  broken('keeps-few-places', 'LOAD-02', {
    defect: 'It takes 150 connections and no more, and whoever says nothing keeps its place.',
    needs: ALL,
  }),
  broken('looks-for-work', 'LEAK-05', {
    defect: 'It looks for work again and again, and never waits for it.',
    needs: ALL,
  }),
  broken('never-reloads', 'CONF-01', {
    defect: 'It takes the signal to reload, and changes nothing.',
    needs: RELOAD,
    twin: 'node-golden-reload',
    also: ['CONF-02'],
  }),
  broken('dies-of-bad-file', 'CONF-02', {
    defect: 'A configuration that can’t be read ends it.',
    needs: RELOAD,
    twin: 'node-golden-reload',
  }),
  broken('swallows-bad-file', 'CONF-02', {
    defect: 'A configuration that can’t be read is passed over in silence.',
    needs: RELOAD,
    twin: 'node-golden-reload',
  }),
  broken('keeps-watching', 'CONF-03', {
    defect: 'It opens its file anew at each reload, and never closes it.',
    needs: RELOAD,
    twin: 'node-golden-reload',
  }),
  broken('drops-reloads', 'CONF-03', {
    defect: 'A reload that comes during another one is dropped, and with it the last value.',
    needs: RELOAD,
    twin: 'node-golden-reload',
  }),
  broken('crashes-with-0', 'CRASH-01', {
    defect: 'It ends with 0 after an error that nobody caught: for its platform, all is well.',
    needs: CRASH,
  }),
  broken('crash-loses-span', 'CRASH-01', {
    defect: 'The span of the request that ended it is lost with it.',
    needs: CRASH,
  }),
  broken('leaves-lock', 'CRASH-02', {
    defect: 'Its lock is a file that only an end in order removes: killed once, it never starts again.',
    needs: ALL,
  }),
  broken('leaves-socket', 'CRASH-02', {
    defect: 'A socket of the life before is in the way of its console: killed once, it never starts again.',
    needs: ALL,
  }),
  broken('logs-headers', 'SEC-01', { defect: 'It writes the headers of each request into its log.', needs: ALL }),
  broken('spans-have-queries', 'SEC-01', {
    defect: 'It writes the whole address of each request into its span, the query included.',
    needs: ALL,
  }),
  broken('says-it-again', 'SEC-03', {
    defect: 'As long as its dependency is away it says so, five hundred times a second.',
    needs: STOCK,
    twin: 'node-golden-dependency',
  }),
  broken('shows-stack', 'SEC-02', {
    defect: 'Without its dependency it answers with the error as it is, stack and address included.',
    needs: STOCK,
    twin: 'node-golden-dependency',
  }),
]

/** Plain `node:http`, Express, Fastify and the runtime. */
export const NODE: readonly Animal[] = [...GOLDEN, ...STOPS, ...STARTS, ...AFLOAT]

function golden(
  name: string,
  needs: readonly string[],
  reviewedSkips: Readonly<Record<string, string>>,
  file = name,
): Animal {
  return { ...animal(name, needs, file), reviewedSkips }
}

interface Broken {
  readonly defect: string
  readonly needs: readonly string[]
  /** @default `node-golden` */
  readonly twin?: string
  readonly also?: readonly string[]
}

function broken(name: string, caughtBy: string, { defect, needs, twin = 'node-golden', also = [] }: Broken): Animal {
  return { ...animal(name, needs, name), defect, caughtBy, alsoCaughtBy: also, twin }
}

function animal(name: string, needs: readonly string[], file: string): Animal {
  const path = `node/${file}.ts`
  return { name: `node-${name}`, language: 'typescript', file: path, command: ['node', SOURCE, path], needs }
}

/** The extras that every one lacks, but for one. */
function without(has: keyof typeof WITHOUT_EXTRAS): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(WITHOUT_EXTRAS).filter(([trial]) => trial !== has))
}
