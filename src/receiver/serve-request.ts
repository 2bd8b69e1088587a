import { constants } from 'node:http2'
import type { Log } from '../core/log.ts'
import { type Exchange, isHttp2, pathOf } from './exchange.ts'
import type { FaultKind } from './fault.ts'
import type { FaultyIntake } from './intake.ts'
import { observeExport } from './observe-export.ts'
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
  const { counts, faults, served, onExport } = intake
  const { socket } = exchange
  // Answers are only written to connections that are there. Should one break in between, it must not end the process.
  exchange.response.on('error', () => {})
  const path = pathOf(exchange)
  const signal = HTTP_PATHS.get(path) ?? GRPC_PATHS.get(path)
  if (signal !== undefined) counts.asked()
  const observed = (fault: FaultKind | undefined): FaultyIntake => {
    if (signal === undefined || onExport === undefined) return intake
    return observeExport(exchange, intake, onExport, { signal, fault })
  }
  const cut = served.has(socket) ? faults.meet('next-request') : undefined
  if (cut !== undefined) {
    observed(cut.kind)
    socket.destroy()
    return
  }
  served.add(socket)
  const fault = faults.meet('request')
  if (fault === undefined) await serveHealthy(exchange, observed(undefined))
  else await serveWithFault(exchange, observed(fault.kind), fault)
}
