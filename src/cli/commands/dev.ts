import { styleText } from 'node:util'
import { systemClock } from '../../core/clock.ts'
import { type DevResult, DevSession } from '../../dev/dev-session.ts'
import { toSummary } from '../../dev/end-summary.ts'
import { toLedger } from '../../dev/telemetry-ledger.ts'
import { toLiveLine } from '../../dev/live-line.ts'
import { TraceFollower } from '../../dev/trace-follower.ts'
import { exitCodeOfSignal } from '../../core/signal-exit-code.ts'
import type { TelemetryStore } from '../../store/telemetry-store.ts'
import { type CommandContext, defineCommand } from '../command.ts'
import { CLI_EXIT_CODE } from '../exit-code.ts'
import { usage } from '../parse-arguments.ts'
import { readPort } from '../read-port.ts'

const PROTOCOLS = ['http/protobuf', 'grpc'] as const
const FORWARDED: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

export default defineCommand({
  id: 'dev',
  summary: 'Run a service with an embedded telemetry receiver, and watch what it does.',
  usage: '[options] -- <command> [arguments]',
  description: [
    'Starts the command with an OpenTelemetry receiver in its environment, in any language: requests, spans and errors',
    'are shown as they arrive. Signals are passed on once; when the service has ended, its shutdown report and the',
    'ledger of what arrived are printed. The exit code is that of the service. Its probes are on SEAWORTHY_ADMIN_PORT,',
    'or else on 9091, or any free port when that is taken.',
  ].join('\n'),
  takesCommand: true,
  options: {
    port: {
      type: 'string',
      value: 'PORT',
      help: 'Port of the receiver (OTLP over HTTP and gRPC).',
      default: '4318, or any free one when it is taken',
    },
    protocol: {
      type: 'string',
      value: 'NAME',
      help: 'What the service is told to speak: http/protobuf or grpc.',
      default: 'http/protobuf',
    },
    quiet: { type: 'boolean', short: 'q', help: 'Do not show the output of the service.' },
    trace: { type: 'boolean', help: 'Print the trace of every request as a tree, not only of those that fail.' },
    json: { type: 'boolean', help: 'Print one JSON object a line for each event.' },
  },
  examples: [
    { command: 'seaworthy dev -- node server.js', shows: 'A Node service.' },
    { command: 'seaworthy dev --protocol grpc -- ./server', shows: 'Any service that honours the OTEL_* variables.' },
  ],
  async run(context) {
    const [command, ...args] = context.rest
    if (command === undefined)
      throw usage('there is no command to run', 'Put it after "--": seaworthy dev -- node server.js')
    const show = context.options['json'] === true ? jsonEvents(context) : textEvents(context)
    const session = await DevSession.start({
      command,
      args,
      cwd: context.cwd,
      env: context.env,
      clock: systemClock,
      protocol: readProtocol(context),
      port: readPort(context.options, 0),
      isTerminal: context.isTerminal,
      onOutput: show.output,
      onSpan: show.span,
      onLog: show.log,
    })
    show.started(session)
    const forward = (signal: NodeJS.Signals): void => session.signal(signal)
    for (const signal of FORWARDED) process.on(signal, forward)
    const result = await session.end()
    for (const signal of FORWARDED) process.off(signal, forward)
    show.ended(result, session.store)
    const { code, signal } = result.exit
    return code ?? (signal === null ? CLI_EXIT_CODE.failed : exitCodeOfSignal(signal))
  },
})

function readProtocol({ options }: CommandContext): (typeof PROTOCOLS)[number] {
  const wanted = options['protocol'] ?? PROTOCOLS[0]
  const protocol = PROTOCOLS.find((known) => known === wanted)
  if (protocol === undefined) throw usage(`--protocol is "${String(wanted)}"`, `Choose one of ${PROTOCOLS.join(', ')}.`)
  return protocol
}

interface Events {
  started(session: DevSession): void
  readonly output: Parameters<typeof DevSession.start>[0]['onOutput']
  readonly span: Parameters<typeof DevSession.start>[0]['onSpan']
  readonly log: Parameters<typeof DevSession.start>[0]['onLog']
  ended(result: DevResult, store: TelemetryStore): void
}

function textEvents({ print, isTerminal, env, options }: CommandContext): Events {
  const colour = isTerminal && !env['NO_COLOR']
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    colour ? styleText(style, text, { validateStream: false }) : text
  const traces = new TraceFollower({
    clock: systemClock,
    show: options['trace'] === true ? 'all' : 'failed',
    print(tree) {
      for (const line of tree.split('\n')) print(`  ${paint('dim', line)}`)
    },
  })
  return {
    started({ pid, endpoint, adminPort }) {
      print(`${paint('bold', 'seaworthy dev')}  process ${pid}`)
      print(`  telemetry  ${endpoint}  (OTLP over HTTP and gRPC)`)
      print(`  probes     http://127.0.0.1:${adminPort}/readyz  (when the service runs on Seaworthy)`)
    },
    output(line, stream) {
      if (options['quiet'] === true) return
      const loud = stream === 'stderr' || line.level === 'error' || line.level === 'fatal'
      print(`${paint('dim', '│')} ${loud ? paint('red', line.text) : line.text}`)
      for (const detail of line.details ?? []) print(`${paint('dim', '│')}       ${paint('dim', detail)}`)
    },
    span(span, store) {
      traces.follow(span, store)
      const live = toLiveLine(span)
      if (live !== undefined)
        print(live.kind === 'error' ? paint('red', `✗ ${live.text}`) : `${paint('green', '→')} ${live.text}`)
    },
    log() {},
    ended(result) {
      traces.end()
      print('')
      for (const { label, text, isBad } of toSummary(result))
        print(`${label.padEnd(11)}${isBad === true ? paint('red', text) : text}`)
    },
  }
}

function jsonEvents({ print }: CommandContext): Events {
  const emit = (event: string, fields: object): void => print(JSON.stringify({ event, ...fields }))
  return {
    started: ({ pid, endpoint, adminPort }) => emit('started', { pid, endpoint, adminPort }),
    output: (_line, stream, raw) => emit('output', { stream, line: raw }),
    span: ({ service, name, kind, traceId, spanId, parentSpanId, status, startTimeUnixNano, endTimeUnixNano }) =>
      emit('span', {
        service,
        name,
        kind,
        traceId,
        spanId,
        parentSpanId,
        status,
        durationMs: Number(endTimeUnixNano - startTimeUnixNano) / 1e6,
      }),
    log: ({ service, severityText, body, traceId }) =>
      emit('log', { service, severityText, body: typeof body === 'bigint' ? String(body) : body, traceId }),
    ended({ exit, shutdown, senders, pid }, store) {
      const { traces, logs, metrics } = store.stats
      emit('ended', {
        ...exit,
        shutdown,
        received: { spans: traces.received, logs: logs.received, metricPoints: metrics.received },
        senders,
        missing: toLedger(shutdown, senders, pid).missing,
      })
    },
  }
}
