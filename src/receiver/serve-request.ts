import { constants } from 'node:http2'
import type { Log } from '../core/log.ts'
import { type Exchange, isHttp2, pathOf } from './exchange.ts'
import type { FaultyIntake } from './intake.ts'
import { serveHealthy, serveWithFault } from './serve-with-fault.ts'
import { GRPC_PATHS, HTTP_PATHS } from './signal-paths.ts'

/**
 * Answers a request, whatever happens: a fault of ours (such as an answer of `respond` that has no form in the protocol)
 * is logged and ends only this request.
 */
export async function serveSafely(exchange: Exchange, intake: FaultyIntake, log: Log): Promise<void> {
  try {
    await serveRequest(exchange, intake)
  } catch (error) {
    intake.counts.error('internal')
    log.error({ err: error }, 'receiver: a request could not be answered')
    if (isHttp2(exchange)) exchange.response.stream?.close(constants.NGHTTP2_INTERNAL_ERROR)
    else exchange.response.destroy()
  }
}

async function serveRequest(exchange: Exchange, intake: FaultyIntake): Promise<void> {
  const { counts, faults, served } = intake
  const { socket } = exchange
  // Answers are only written to connections that are there. Should one break in between, it must not end the process.
  exchange.response.on('error', () => {})
  const path = pathOf(exchange)
  if (HTTP_PATHS.has(path) || GRPC_PATHS.has(path)) counts.asked()
  if (served.has(socket) && faults.meet('next-request') !== undefined) {
    socket.destroy()
    return
  }
  served.add(socket)
  const fault = faults.meet('request')
  if (fault === undefined) await serveHealthy(exchange, intake)
  else await serveWithFault(exchange, intake, fault)
}
