import { startReceiver } from 'seaworthy/testing'
import { startProgram } from '../process/start-service.ts'
import type { Door } from './doors.ts'
import { type Facts, factsOf } from './facts.ts'

/** An SDK, its instrumentations and Express, on a machine that does other things. */
const START_LIMIT_MS = 45_000

const PATHS = ['/orders/1?q=1', '/fails', '/nowhere']

/** Calls an application from outside, ends it as a platform does, and says what has arrived of it. */
export async function runDoor(door: Door, protocol: 'http/protobuf' | 'grpc'): Promise<Facts> {
  await using receiver = await startReceiver()
  await using running = startProgram(
    door.file,
    {
      ...receiver.environment(protocol),
      OTEL_SERVICE_NAME: 'doors',
      OTEL_METRIC_EXPORT_INTERVAL: '60000',
      OTEL_BSP_SCHEDULE_DELAY: '60000',
      OTEL_BLRP_SCHEDULE_DELAY: '60000',
      SEAWORTHY_LOG_LEVEL: 'info',
      ...door.env,
    },
    { flags: door.preload.flatMap((name) => ['--import', name]), lineLimitMs: START_LIMIT_MS },
  )
  const said = await running.line('ready http')
  if (door.name === 'seaworthy/register') await running.line('probes are answered at')
  const url = said.slice(said.indexOf('http'))
  for (const path of PATHS) await (await fetch(`${url}${path}`, { headers: { connection: 'close' } })).text()
  running.kill('SIGTERM')
  const { code, signal } = await running.exit
  if (code !== 0) {
    const lines = [...running.lines, ...running.errorLines].join('\n')
    throw new Error(`${door.name}: ended with ${signal ?? code}. It said:\n${lines}`)
  }
  return factsOf(receiver.store)
}
