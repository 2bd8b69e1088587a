import { get } from 'node:http'
import { parseDuration } from '../../core/duration.ts'
import { EnvReader, type Environment } from '../../core/env-reader.ts'
import { defineCommand } from '../command.ts'
import { CLI_EXIT_CODE } from '../exit-code.ts'
import { usage } from '../parse-arguments.ts'
import { readPort } from '../read-port.ts'
import { PROBE_FORM, readProbe } from '../read-probe.ts'

/** More than any probe answers; the rest is not read. */
const MAX_BODY_BYTES = 65_536

/** Whether requests may be sent there: what an image is asked for. */
const DEFAULT_PROBE = 'ready'

export default defineCommand({
  id: 'healthcheck',
  summary: 'Ask a probe of a running service; for images that have no curl.',
  usage: '[options]',
  description: 'Asks a probe of a service on this machine and exits with 0 when it answers 200, with 1 otherwise.',
  options: {
    probe: {
      type: 'string',
      value: 'PROBE',
      help: `The probe to ask: ${PROBE_FORM}.`,
      default: DEFAULT_PROBE,
    },
    port: {
      type: 'string',
      value: 'PORT',
      help: 'The admin port of the service.',
      default: 'SEAWORTHY_ADMIN_PORT, or 9091',
    },
    host: { type: 'string', value: 'HOST', help: 'Where the service listens.', default: '127.0.0.1' },
    timeout: {
      type: 'string',
      value: 'TIME',
      help: 'How long to wait for the answer: 500ms, 2s; a plain number is milliseconds.',
      default: '2s',
    },
    json: { type: 'boolean', help: 'Print one JSON object instead of text.' },
  },
  examples: [
    {
      command: 'HEALTHCHECK CMD ["node", "node_modules/seaworthy/dist/cli/main.js", "healthcheck"]',
      shows: 'The health check of an image.',
    },
    { command: 'seaworthy healthcheck --probe live --json', shows: 'Liveness, for a script.' },
  ],
  async run({ options, env, print }) {
    const target = readTarget(options, env)
    const answer = await ask(target)
    const healthy = answer.status === 200
    if (options['json'] === true) print(JSON.stringify({ url: target.url, healthy, ...answer }))
    else
      print(
        `${healthy ? 'healthy' : 'not healthy'}: ${target.url} ${answer.status === undefined ? answer.problem : `answered ${answer.status}`}`,
      )
    return healthy ? CLI_EXIT_CODE.ok : CLI_EXIT_CODE.failed
  },
})

interface Target {
  readonly url: string
  readonly timeoutMs: number
}

function readTarget(options: Readonly<Record<string, string | boolean | undefined>>, env: Environment): Target {
  const path = readProbe(String(options['probe'] ?? DEFAULT_PROBE))
  const host = String(options['host'] ?? '127.0.0.1')
  const timeoutMs = parseDuration(options['timeout'] ?? '2s')
  if (timeoutMs === undefined || timeoutMs < 1)
    throw usage(
      `--timeout is "${String(options['timeout'])}", expected a time`,
      'Write it like 500ms or 2s; a plain number is milliseconds.',
    )
  const port = readPort(options, 1) ?? readAdminPort(env)
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${port}${path}`, timeoutMs }
}

function readAdminPort(env: Environment): number {
  const read = new EnvReader(env)
  const port = read.integer('SEAWORTHY_ADMIN_PORT', { min: 1, max: 65_535 }) ?? 9091
  read.done()
  return port
}

type Answer =
  | { readonly status: number; readonly body: string }
  | { readonly status: undefined; readonly problem: string }

function ask({ url, timeoutMs }: Target): Promise<Answer> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        if (body.length < MAX_BODY_BYTES) body += chunk
      })
      response.on('error', (error) => resolve(unreachable(error, timeoutMs)))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: body.trim() }))
    })
    request.on('error', (error) => resolve(unreachable(error, timeoutMs)))
  })
}

function unreachable(error: Error, timeoutMs: number): Answer {
  const problem =
    error.name === 'TimeoutError' || error.name === 'AbortError'
      ? `did not answer within ${timeoutMs} ms`
      : `can't be reached: ${error.message}`
  return { status: undefined, problem }
}
