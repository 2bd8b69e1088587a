import { connect, type Socket } from 'node:net'
import { selfSignedCertificate } from '../server/self-signed-certificate.ts'
import { type RunningProgram, startProgram } from './start-service.ts'

/** The service of `services/every-client.ts`. */
export interface RunningEveryone extends RunningProgram {
  readonly httpPort: number
  readonly httpsPort: number
  /** SIGTERM; returns once the drain has begun. */
  beginStop(): Promise<void>
  /** The report of the shutdown, from the log. */
  report(): Readonly<Record<string, unknown>>
}

export async function startEveryone(env: Readonly<Record<string, string>> = {}): Promise<RunningEveryone> {
  const { key, cert } = selfSignedCertificate()
  const program = startProgram(new URL('services/every-client.ts', import.meta.url), {
    SEAWORTHY_ADMIN_PORT: '0',
    KEY: key,
    CERT: cert,
    ...env,
  })
  const fields = (): readonly Readonly<Record<string, unknown>>[] =>
    program.lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
  try {
    await program.line('everyone is ready')
  } catch (error) {
    await program[Symbol.asyncDispose]()
    throw error
  }
  const portOf = (component: string): number =>
    Number(fields().find((line) => line['component'] === component && 'port' in line)?.['port'])
  return {
    ...program,
    httpPort: portOf('http'),
    httpsPort: portOf('https'),
    async beginStop() {
      program.kill('SIGTERM')
      await program.line('everyone received SIGTERM')
    },
    report: () => fields().find((line) => 'shutdown' in line)?.['shutdown'] as Readonly<Record<string, unknown>>,
  }
}

/** A TCP connection with nothing on top, and everything that happened to it. */
export interface PlainClient {
  readonly socket: Socket
  /** What the server has said so far. */
  text(): string
  /** How it ended: `end` when the server closed in an orderly way, otherwise the code of the error. */
  readonly ending: Promise<string>
}

export async function connectPlainly(port: number): Promise<PlainClient> {
  const socket = connect(port, '127.0.0.1')
  let received = ''
  let ending = 'close'
  socket.on('data', (bytes) => (received += bytes.toString('latin1')))
  socket.on('end', () => (ending = 'end'))
  socket.on('error', (error: NodeJS.ErrnoException) => (ending = error.code ?? error.message))
  const closed = new Promise<string>((resolve) => void socket.once('close', () => resolve(ending)))
  await new Promise((resolve) => socket.once('connect', resolve))
  return { socket, text: () => received, ending: closed }
}
