import type { Animal } from './animal.ts'

const ALL = ['--slow', '/slow', '--upload', '/echo'] as const
const CRASH = [...ALL, '--crash', '/crash'] as const

/**
 * One compiler, and classes that the JDK has loaded already: a start takes less than a second. The heap is there from the
 * beginning, so that memory which grows is not the heap on its way to its limit.
 */
const JAVA17 = [
  'java',
  '-Xms64m',
  '-Xmx64m',
  '-XX:+AlwaysPreTouch',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Xshare:auto',
  // Else each answer waits for the acknowledgement of its head, 40 ms.
  '-Dsun.net.httpserver.nodelay=true',
  '-Dsun.net.httpserver.idleInterval=65',
  '-cp',
  '../build/zoo/java/classes:../build/zoo/java/lib/*',
] as const

const NO_DEPENDENCY = 'It depends on nothing.'
const NO_RELOAD = 'Its configuration is not reloaded.'

/** The server of the JDK; OpenTelemetry's own SDK, its spans made by hand. */
export const JAVA: readonly Animal[] = [
  {
    ...animal('golden', CRASH),
    reviewedSkips: {
      'START-04': NO_DEPENDENCY,
      'PROBE-05': NO_DEPENDENCY,
      'DEP-01': NO_DEPENDENCY,
      'DEP-03': NO_DEPENDENCY,
      'CTX-02': NO_DEPENDENCY,
      'CTX-03': NO_DEPENDENCY,
      'STOP-04': 'It does not speak HTTP/2.',
      'STOP-05': 'It has neither WebSockets nor streams of events.',
      'CONF-01': NO_RELOAD,
      'CONF-02': NO_RELOAD,
    },
  },
  broken('no-handler', 'STOP-01', {
    defect: 'Nobody handles SIGTERM: the JVM ends in that moment, and takes what is in flight with it.',
    also: [
      'STOP-02',
      'STOP-03',
      'STOP-06',
      'STOP-08',
      'STOP-09',
      'STOP-11',
      'STOP-12',
      'STOP-13',
      'STOP-14',
      'STOP-16',
    ],
  }),
  broken('stops-server-at-once', 'STOP-16', {
    defect: 'A shutdown hook stops the server in the moment of the signal, and waits for what is in flight.',
    also: ['STOP-01', 'STOP-02', 'STOP-03', 'STOP-06', 'STOP-08', 'STOP-09', 'STOP-13', 'STOP-14'],
  }),
  broken('stays-ready', 'STOP-02', { defect: 'Readiness says yes to the end.', also: ['STOP-16'] }),
  broken('closes-sdk-first', 'STOP-11', {
    defect: 'Its end is in the wrong order: telemetry is gone when the last requests are answered.',
    also: ['STOP-12'],
  }),
  broken('flushes-without-limit', 'STOP-14', {
    defect: 'The flush at its end waits as long as the collector makes it wait.',
    needs: [...ALL, '--grace', '8s'],
  }),
  broken('waits-for-export', 'TEL-02', {
    defect: 'Each request flushes spans, and is answered when the collector has taken them.',
    also: ['TEL-03', 'TEL-04', 'TEL-06', 'STOP-01', 'STOP-14'],
  }),
  broken('keeps-threads', 'LEAK-02', {
    defect: 'Every twentieth request makes a pool of its own, and nobody shuts it down: a thread stays.',
    also: ['LEAK-01', 'CTX-05', 'STOP-13'],
  }),
  broken('crashes-with-0', 'CRASH-01', {
    defect: 'The handler of what nobody caught ends with 0: for its platform, all is well.',
    needs: CRASH,
  }),
  broken('logs-headers', 'SEC-01', { defect: 'It writes the headers of each request into its log.' }),
]

interface Broken {
  readonly defect: string
  /** @default the routes that each has */
  readonly needs?: readonly string[]
  readonly also?: readonly string[]
}

function broken(name: string, caughtBy: string, { defect, needs = ALL, also = [] }: Broken): Animal {
  return { ...animal(name, needs), defect, caughtBy, alsoCaughtBy: also, twin: 'java-golden' }
}

function animal(name: string, needs: readonly string[]): Animal {
  const className = name.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())
  return {
    name: `java-${name}`,
    language: 'java',
    file: `java/${className}.java`,
    command: [...JAVA17, className],
    requires: 'mvn',
    build: ['mvn', '-q', '-f', 'java/pom.xml', 'compile'],
    needs,
  }
}
