// Observes servers of HTTP/1, and prints in which context each listener of requests and answers ran.
import { trace } from '@opentelemetry/api'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, connect, type Server } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { systemClock } from '../../../src/core/clock.ts'
import { FinalFlush } from '../../../src/core/final-flush.ts'
import { createTelemetry } from '../../../src/telemetry/telemetry.ts'
import { selfSignedCertificate } from '../../server/self-signed-certificate.ts'

const said: string[] = []
const say = (_fields: object, message: string): void => void said.push(message)
const telemetry = createTelemetry({
  serviceName: 'observed',
  env: { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' },
  clock: systemClock,
  log: { debug() {}, info: say, warn: say, error: say },
  finalFlush: new FinalFlush(),
})
await telemetry.start()

const seen: string[] = []
const arrived = new Map<string, () => void>()
function handle(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? ''
  const note = (what: string) => (): void => {
    // The last digits of the trace are those of the path.
    const traceId = trace.getActiveSpan()?.spanContext().traceId
    seen.push(`${path} ${what}: ${traceId?.endsWith(path.slice(-2)) === true ? 'own' : String(traceId)}`)
  }
  note('handler')()
  for (const event of ['data', 'end', 'close']) request.on(event, note(`request ${event}`))
  for (const event of ['finish', 'close']) response.on(event, note(`answer ${event}`))
  request.on('error', () => {})
  if (path === '/04') arrived.get(path)?.()
  else setTimeout(() => response.end(path), path === '/02' ? 20 : 1)
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

function ask(path: string, more = '', body = ''): string {
  const parent = `00-0af7651916cd43dd8448eb211c8031${path.slice(-2)}-b7ad6b7169203331-01`
  return `POST ${path} HTTP/1.1\r\nHost: x\r\ntraceparent: ${parent}\r\n${more}\r\n${body}`
}

const server = createServer(handle)
const port = await listen(server)
const secure = createHttpsServer(selfSignedCertificate(), handle)
const securePort = await listen(secure)

const socket = connect(port, '127.0.0.1')
socket.write(ask('/01', 'Content-Length: 3\r\n', 'abc') + ask('/02') + ask('/03', 'Connection: close\r\n'))
for await (const _chunk of socket);
const cut = connect(port, '127.0.0.1')
const reached = new Promise<void>((resolve) => arrived.set('/04', resolve))
cut.write(ask('/04'))
await reached
cut.destroy()
const tls = connectTls({ port: securePort, host: '127.0.0.1', rejectUnauthorized: false })
tls.write(ask('/05', 'Connection: close\r\nContent-Length: 1\r\n', 'x'))
for await (const _chunk of tls);

server.close()
secure.close()
await Promise.all([once(server, 'close'), once(secure, 'close')])
telemetry.uninstall()
process.stdout.write(JSON.stringify({ seen, said, isLeft: trace.getActiveSpan() === undefined }))
