import { isUtf8 } from 'node:buffer'
import { type Failure, failure } from './failure.ts'
import { GRPC_PATHS } from './signal-paths.ts'

/** @see https://github.com/grpc/grpc/blob/master/doc/health-checking.md */
export const HEALTH_PATH = '/grpc.health.v1.Health/Check'

/** `HealthCheckResponse { status: SERVING }`. */
const SERVING = Uint8Array.of(0x08, 0x01)

/** Without a name all of the server is meant; else one of its services. */
const SERVICES: ReadonlySet<string> = new Set(['', ...[...GRPC_PATHS.keys()].map((path) => path.split('/')[1] ?? '')])

/** Answers a `HealthCheckRequest`: whoever gets an answer is served. */
export function checkHealth(message: Uint8Array): Uint8Array | Failure {
  const service = readService(message)
  if (service === undefined) return failure('malformed', 'The message is no HealthCheckRequest')
  return SERVICES.has(service) ? SERVING : failure('unknownHealthService', 'There is no service of that name here')
}

/** The request is empty or has its one field, `string service = 1`, whose length fits in one byte for every real name. */
function readService(message: Uint8Array): string | undefined {
  if (message.byteLength === 0) return ''
  const name = message.subarray(2)
  if (message[0] !== 0x0a || message[1] !== name.byteLength || name.byteLength > 127 || !isUtf8(name)) return undefined
  return Buffer.from(name).toString()
}
