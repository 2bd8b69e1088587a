import { callCatching } from '../failing/call-catching.ts'
import { endOfCall, type FailedCall } from './failed-call.ts'

/** As much of a method as grpc-js keeps of it. */
interface GrpcMethod {
  func: Method
  readonly path: string
}

type Respond = (error: unknown, ...rest: unknown[]) => void
type Method = (call: FailedCall, respond?: Respond) => unknown

interface GrpcMethods {
  readonly handlers?: unknown
  register?: (name: string, handler: Method, ...rest: unknown[]) => boolean
}

const PREPARED = Symbol.for('seaworthy.grpc.answers')

/**
 * Lets errors of the methods of `server`, those of now and those to come, end their call by a status: what they throw,
 * what their promise is rejected with, what they hand to their callback, and what a stream fails with. Safe to call
 * again. Where the inner parts of the server are not known, only methods that are added afterwards.
 */
export function answerErrorsOf(server: object): void {
  if (Object.hasOwn(server, PREPARED)) return
  Object.defineProperty(server, PREPARED, { value: true })
  const methods = server as GrpcMethods
  if (methods.handlers instanceof Map) {
    for (const method of methods.handlers.values() as Iterable<GrpcMethod>)
      method.func = answering(method.func, method.path)
  }
  const { register } = methods
  if (typeof register !== 'function') return
  methods.register = (name, handler, ...rest) => register.call(server, name, answering(handler, name), ...rest)
}

function answering(method: Method, path: string): Method {
  return function answeringErrors(this: unknown, call, respond) {
    const fail = respond === undefined ? failStream(call, path) : failWith(respond, call, path)
    const given = respond === undefined ? undefined : passOn(respond, fail)
    callCatching(() => method.call(this, call, given), fail)
  }
}

/** A callback that hands answers on, and errors as a status. */
function passOn(respond: Respond, fail: (error: unknown) => void): Respond {
  return (error, ...rest) => {
    if (error === null || error === undefined) respond(error, ...rest)
    else fail(error)
  }
}

function failWith(respond: Respond, call: FailedCall, path: string): (error: unknown) => void {
  return (error) => respond(endOfCall(error, call, path))
}

/** The calls of grpc-js that stream answers end with the first error that they emit. */
function failStream(call: FailedCall, path: string): (error: unknown) => void {
  const emit = call.emit?.bind(call)
  if (emit === undefined) return () => {}
  let hasFailed = false
  const fail = (error: unknown): boolean => {
    if (hasFailed) return true
    hasFailed = true
    const status = endOfCall(error, call, path)
    if (call.destroyed !== true) return emit('error', status)
    // By a pipeline into it: grpc-js would end such a call without a status, and its client would wait.
    call.call?.sendStatus?.({ metadata: null, ...status })
    return true
  }
  call.emit = (event, ...values) => (event === 'error' ? fail(values[0]) : emit(event, ...values))
  return fail
}
