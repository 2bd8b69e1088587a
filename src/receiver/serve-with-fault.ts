import { sleep } from '../core/wait.ts'
import type { ExportResponse } from '../otlp/model.ts'
import { type Exchange, isHttp2 } from './exchange.ts'
import { failure, isFailure } from './failure.ts'
import { type GrpcExchange, isGrpc } from './grpc-answer.ts'
import { receiveGrpc, sendGrpc } from './grpc-endpoint.ts'
import { receiveHttp } from './http-endpoint.ts'
import type { FaultyIntake, Intake } from './intake.ts'
import type { ResolvedSteadyFault } from './resolve-fault.ts'
import type { Respond } from './respond.ts'
import { sendHttp } from './send-http.ts'
import { refuseByGoaway } from './refuse-by-goaway.ts'
import { sendGarbage, sendHalf, sendSlowly, type WholeAnswer } from './spoil-answer.ts'

const SUCCESS: ExportResponse = { rejectedCount: 0, errorMessage: '' }

/** Serves a request as the fault wants it. Never rejects, but for faults of ours. */
export async function serveWithFault(
  exchange: Exchange,
  intake: FaultyIntake,
  fault: ResolvedSteadyFault,
): Promise<void> {
  switch (fault.kind) {
    case 'slow':
      return serveHealthy(exchange, delaying(intake, exchange, fault))
    case 'status':
      return serveHealthy(exchange, refusing(intake, fault))
    case 'partial':
      return serveHealthy(exchange, deciding(intake, partly(fault)))
    case 'blackhole':
      await receive(exchange, losing(intake, fault.stores))
      return hang(exchange, intake)
    case 'reset':
      return reset(exchange, intake, fault)
    case 'garbage': {
      const answer = await receive(exchange, losing(intake, fault.stores))
      if (answer !== undefined) await sendGarbage(exchange, answer, fault.at, intake.clock)
      return
    }
    case 'trickle': {
      const gone = goneSignal(exchange)
      const answer = await receive(exchange, intake)
      if (answer === undefined) return
      await sendSlowly(exchange, answer, { everyMs: fault.everyMs, clock: intake.clock, gone })
      if (gone.aborted && !exchange.response.writableEnded && isSuccess(answer)) intake.counts.answerLost()
      return
    }
    case 'goaway':
      if (fault.request === 'refused') return refuseByGoaway(exchange)
      // A GOAWAY with the latest stream: this one is served, and none after it.
      if (isHttp2(exchange)) exchange.response.stream.session?.close()
      else exchange.response.setHeader('connection', 'close')
      return serveHealthy(exchange, intake)
    case 'cut':
    case 'refuse':
    case 'syn-blackhole':
      // Met elsewhere: by the connection, or by nobody.
      exchange.socket.destroy()
  }
}

/** Serves a request by its protocol: gRPC is what says so and comes over HTTP/2, everything else is OTLP over HTTP. */
export async function serveHealthy(exchange: Exchange, intake: Intake): Promise<void> {
  if (isGrpc(exchange)) return sendGrpc(exchange, await receiveGrpc(exchange, intake))
  const answer = await receiveHttp(exchange, intake)
  if (answer !== undefined) await sendHttp(exchange, answer, intake.clock)
}

/** Takes a request in; resolves with its whole answer, or with nothing when nobody is left. */
async function receive(exchange: Exchange, intake: Intake): Promise<WholeAnswer | undefined> {
  if (!isGrpc(exchange)) return receiveHttp(exchange, intake)
  const outcome = await receiveGrpc(exchange, intake)
  return isFailure(outcome) && outcome.kind === 'aborted' ? undefined : outcome
}

async function reset(
  exchange: Exchange,
  intake: FaultyIntake,
  { at, stores }: Extract<ResolvedSteadyFault, { kind: 'reset' }>,
): Promise<void> {
  const { request, socket } = exchange
  if (at === 'body') {
    request.once('data', () => socket.resetAndDestroy()).once('end', () => socket.resetAndDestroy())
    return
  }
  if (at === 'headers' || at === 'connection') {
    socket.resetAndDestroy()
    return
  }
  const answer = await receive(exchange, losing(intake, stores))
  if (answer === undefined) return
  if (at === 'half-answer') await sendHalf(exchange, answer)
  socket.resetAndDestroy()
}

/** Leaves a request without an answer for as long as its sender likes. */
function hang({ socket }: Exchange, { hopeless }: FaultyIntake): void {
  if (socket.destroyed) return
  hopeless.add(socket)
  socket.once('close', () => hopeless.delete(socket))
}

function delaying(
  intake: FaultyIntake,
  exchange: Exchange,
  { delayMs, stores }: Extract<ResolvedSteadyFault, { kind: 'slow' }>,
): Intake {
  const { ingest, clock, counts } = intake
  const gone = goneSignal(exchange)
  return {
    ...intake,
    ingest: {
      async accept(signal, transport, bytes) {
        const early = stores ? await ingest.accept(signal, transport, bytes) : undefined
        await sleep(clock, delayMs, { signal: gone })
        if (early !== undefined) {
          if (gone.aborted && !isFailure(early)) counts.answerLost()
          return early
        }
        if (!gone.aborted) return ingest.accept(signal, transport, bytes)
        return ingest.reject(signal, transport, failure('aborted', 'The sender went away before its answer'))
      },
      reject: (...rejected) => ingest.reject(...rejected),
    },
  }
}

function refusing(intake: FaultyIntake, fault: Extract<ResolvedSteadyFault, { kind: 'status' }>): Intake {
  const { ingest, counts } = intake
  const { httpStatus, grpcCode, message, retryAfterMs, retryAfterForm } = fault
  const after = retryAfterMs === undefined ? {} : { retryDelayMs: retryAfterMs, retryAfterForm }
  const refuse = { httpStatus, grpcCode, message, ...after }
  if (!fault.stores) return deciding(intake, () => ({ refuse }))
  return {
    ...intake,
    ingest: {
      async accept(signal, transport, bytes) {
        const outcome = await ingest.accept(signal, transport, bytes)
        if (isFailure(outcome)) return outcome
        counts.answerLost()
        return counts.failed(failure('refused', message, refuse))
      },
      reject: (...rejected) => ingest.reject(...rejected),
    },
  }
}

function partly({ rejected, share = 0, message }: Extract<ResolvedSteadyFault, { kind: 'partial' }>): Respond {
  return ({ itemCount }) => ({
    partialSuccess: {
      rejectedCount: Math.min(itemCount, rejected ?? Math.ceil(itemCount * share)),
      errorMessage: message,
    },
  })
}

function deciding(intake: FaultyIntake, respond: Respond): Intake {
  const { ingest } = intake
  return {
    ...intake,
    ingest: {
      accept: (signal, transport, bytes) => ingest.accept(signal, transport, bytes, respond),
      reject: (...rejected) => ingest.reject(...rejected),
    },
  }
}

/** Takes in what will not be told, or throws it away. */
function losing(intake: FaultyIntake, stores: boolean): Intake {
  const { ingest, counts } = intake
  return {
    ...intake,
    ingest: {
      async accept(signal, transport, bytes) {
        if (!stores) return SUCCESS
        const outcome = await ingest.accept(signal, transport, bytes)
        if (!isFailure(outcome)) counts.answerLost()
        return outcome
      },
      reject: (...rejected) => ingest.reject(...rejected),
    },
  }
}

function isSuccess(answer: WholeAnswer): boolean {
  return 'status' in answer ? answer.status === 200 : !isFailure(answer)
}

/** Aborted when nobody is left who could be answered. */
function goneSignal({ response }: Exchange | GrpcExchange): AbortSignal {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  return gone.signal
}
