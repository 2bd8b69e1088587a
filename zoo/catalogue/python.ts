import type { Animal } from './animal.ts'

const ALL = ['--slow', '/slow', '--upload', '/echo'] as const
const CRASH = [...ALL, '--crash', '/crash'] as const
const STOCK = [...ALL, '--env', 'STOCK_URL={stock}', '--dep', 'stock=STOCK_URL'] as const
/** Of the environment that python/install.py makes. */
const PYTHON3 = '../build/zoo/python/bin/python'

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
const NO_CRASH = { 'CRASH-01': 'Nothing in it ends it by an error: gunicorn starts a worker again.' } as const

/** What a stop fails that does not drain. */
const LOSSES = ['STOP-02', 'STOP-03', 'STOP-16'] as const
/** What nobody has in ten lines of a standard library. */
const NAKED = ['PROBE-01', 'START-05', 'STOP-01', 'STOP-06', 'STOP-16', 'TEL-01'] as const

/** Starlette under uvicorn, Flask under gunicorn, and http.server; OpenTelemetry's own SDK and instrumentation. */
export const PYTHON: readonly Animal[] = [
  golden('golden', CRASH, { ...WITHOUT_DEPENDENCY, ...WITHOUT_EXTRAS }),
  golden('golden-dependency', [...STOCK, '--crash', '/crash'], WITHOUT_EXTRAS),
  underGunicorn(golden('gunicorn-golden', ALL, { ...WITHOUT_DEPENDENCY, ...WITHOUT_EXTRAS, ...NO_CRASH })),
  broken('http-server', 'STOP-08', {
    defect: 'The server of the standard library as its documentation begins it, and nothing for its production.',
    needs: [...ALL, '--grace', '5s'],
    also: [...NAKED, 'CTX-05', 'SEC-01'],
  }),
  broken('no-handler', 'STOP-08', {
    defect: 'Nobody handles SIGTERM: as process 1 of a container it never ends.',
    needs: [...ALL, '--grace', '5s'],
    also: ['STOP-01', ...LOSSES, 'STOP-06', 'STOP-11', 'STOP-12', 'STOP-13', 'STOP-14'],
  }),
  broken('uvicorn-as-it-comes', 'STOP-01', {
    defect: 'The signal goes to uvicorn itself, which closes its listener in that moment.',
    needs: ALL,
    also: [...LOSSES, 'STOP-09'],
  }),
  {
    ...broken('shell-keeps-signal', 'STOP-07', {
      defect: 'A shell starts the service and does not hand the signal on.',
      needs: ALL,
      also: ['STOP-01', ...LOSSES, 'STOP-06', 'STOP-08', 'STOP-09', 'START-05'],
    }),
    file: 'python/golden.py',
    command: ['sh', '-c', `${PYTHON3} python/golden.py; true`],
  },
  broken('daemonises', 'STOP-07', {
    defect: 'It forks twice and ends, as daemons did: nobody can signal the service.',
    needs: ALL,
    also: ['STOP-01', ...LOSSES, 'STOP-06', 'STOP-08', 'START-03', 'START-05'],
  }),
  broken('never-flushes', 'STOP-11', {
    defect: 'It ends without sending what the batch still holds.',
    needs: ALL,
    also: ['STOP-12'],
  }),
  {
    ...broken('buffered-lines', 'STOP-13', {
      defect: 'What it prints into a pipe is collected, and the end of the process takes what was collected with it.',
      needs: ALL,
    }),
    // What collects lines is Python as it is without this variable.
    command: ['env', '-u', 'PYTHONUNBUFFERED', PYTHON3, 'python/buffered_lines.py'],
  },
  broken('waits-for-collector', 'STOP-14', {
    defect: 'The flush at its end has no limit of its own.',
    needs: [...ALL, '--grace', '8s'],
  }),
  broken('simple-processor', 'TEL-02', {
    defect: 'Each span is sent when it ends, and everybody waits until the collector has taken it.',
    needs: ALL,
    also: ['TEL-03', 'TEL-04', 'STOP-14', 'TEL-06'],
  }),
  broken('unbounded-queue', 'TEL-03', {
    defect: 'Its queue of spans has no bound, and is emptied only when the collector takes what is in it.',
    needs: ALL,
    also: ['STOP-11', 'LEAK-01'],
  }),
  broken('drops-context', 'CTX-02', {
    defect: 'It asks its dependency in a thread of a pool, which knows nothing of the request.',
    needs: STOCK,
    twin: 'python-golden-dependency',
    also: ['CTX-01', 'CTX-03', 'DEP-03'],
  }),
  broken('works-for-nobody', 'CTX-03', {
    defect: 'It goes on with what it asked its dependency for a client that has gone.',
    needs: STOCK,
    twin: 'python-golden-dependency',
  }),
  broken('keeps-each-request', 'LEAK-01', {
    defect: 'A list of a module keeps a KiB of each request.',
    needs: ALL,
    also: ['TEL-03'],
  }),
  broken('crashes-with-0', 'CRASH-01', {
    defect: 'It ends with 0 after an error that nobody caught: for its platform, all is well.',
    needs: CRASH,
  }),
  broken('logs-headers', 'SEC-01', { defect: 'It writes the headers of each request into its log.', needs: ALL }),
  broken('spans-have-queries', 'SEC-01', {
    defect: 'The query of each request is in its span, as the instrumentation writes it by itself.',
    needs: ALL,
  }),
  underGunicorn(
    broken('gunicorn-as-it-comes', 'STOP-01', {
      defect: 'Its workers stop to accept in the moment of the signal.',
      needs: ALL,
      twin: 'python-gunicorn-golden',
      also: [...LOSSES],
    }),
  ),
  underGunicorn(
    broken('gunicorn-short-grace', 'STOP-01', {
      defect: 'Its workers get no time at the signal: they are killed at once, with what they answer.',
      needs: ALL,
      twin: 'python-gunicorn-golden',
      also: ['STOP-02', 'STOP-11', 'STOP-12', 'STOP-13', 'STOP-16', 'STOP-06', 'STOP-08'],
    }),
  ),
  underGunicorn(
    broken('gunicorn-flushes-in-master', 'STOP-11', {
      defect: 'Telemetry is flushed when the master ends, and the spans are in its workers.',
      needs: ALL,
      twin: 'python-gunicorn-golden',
      also: ['STOP-12'],
    }),
  ),
]

function golden(name: string, needs: readonly string[], reviewedSkips: Readonly<Record<string, string>>): Animal {
  return { ...animal(name, needs), reviewedSkips }
}

interface Broken {
  readonly defect: string
  readonly needs: readonly string[]
  /** @default `python-golden` */
  readonly twin?: string
  readonly also?: readonly string[]
}

function broken(name: string, caughtBy: string, { defect, needs, twin = 'python-golden', also = [] }: Broken): Animal {
  return { ...animal(name, needs), defect, caughtBy, alsoCaughtBy: also, twin }
}

function animal(name: string, needs: readonly string[]): Animal {
  const file = `python/${name.replaceAll('-', '_')}.py`
  return {
    name: `python-${name}`,
    language: 'python',
    file,
    command: [PYTHON3, file],
    requires: 'python3',
    build: ['python3', 'python/install.py'],
    needs,
  }
}

/** The file is its configuration, which names the application. */
function underGunicorn(each: Animal): Animal {
  return { ...each, command: [PYTHON3, '-m', 'gunicorn', '--config', each.file] }
}
