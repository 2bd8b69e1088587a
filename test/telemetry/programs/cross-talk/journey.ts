import { context } from '@opentelemetry/api'
import { EventEmitter, on, once } from 'node:events'
import { type Agent, type IncomingMessage, request as sendRequest, type ServerResponse } from 'node:http'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { PlaceChecks } from './place-checks.ts'
import type { SocketPool } from './socket-pool.ts'

/** What all requests share. */
export interface Surroundings {
  readonly checks: PlaceChecks
  readonly pool: SocketPool
  readonly agent: Agent
  readonly backendPort: number
  /** Comes when every request is in its handler, so that all of them go on at once. */
  readonly everyoneIsHere: Promise<void>
  /** Emits from a timer that belongs to no request. */
  readonly clockwork: EventEmitter
}

/** One request through everything that a service does with its time; each step looks at the active context. */
export async function travel(
  request: IncomingMessage,
  response: ServerResponse,
  surroundings: Surroundings,
): Promise<void> {
  const { checks, everyoneIsHere } = surroundings
  const id = String(request.headers['x-request'])
  const check = (place: string): void => checks.check(place, id)
  check('handler')
  response.on('finish', () => check('response finish'))
  response.on('close', () => check('response close'))
  await readBody(request, check)
  await everyoneIsHere
  check('a promise that all requests wait for')
  const steps = [useTimers, useStreams, useEmitters, useIterators, usePool, callBackend]
  // Each begins at another step, so that different ones meet.
  for (let index = 0; index < steps.length; index++) {
    await steps[(index + Number(id)) % steps.length]?.(id, check, surroundings)
    check('await')
  }
  response.end(id)
}

type Check = (place: string) => void

async function readBody(request: IncomingMessage, check: Check): Promise<void> {
  request.on('data', () => check('request data'))
  request.on('end', () => check('request end'))
  request.on('close', () => check('request close'))
  await once(request, 'end')
}

async function useTimers(_id: string, check: Check): Promise<void> {
  const queues: readonly [string, (callback: () => void) => unknown][] = [
    ['setTimeout', (callback) => setTimeout(callback, Math.random() * 5)],
    ['setImmediate', setImmediate],
    ['nextTick', (callback) => process.nextTick(callback)],
    ['queueMicrotask', queueMicrotask],
  ]
  for (const [name, queue] of queues) {
    await new Promise<void>((resolve) => {
      queue(() => {
        check(name)
        resolve()
      })
    })
  }
  await Promise.all([1, 2].map(async (turn) => await Promise.resolve(turn).then(() => check('then'))))
  await Promise.reject(new Error('expected')).catch(() => check('catch'))
}

async function useStreams(id: string, check: Check): Promise<void> {
  const upper = new Transform({
    transform(chunk, _encoding, callback) {
      check('transform')
      setImmediate(() => {
        check('transform, later')
        callback(null, chunk)
      })
    },
    flush(callback) {
      check('flush')
      callback()
    },
  })
  await pipeline(Readable.from([id, id]), upper, async (source) => {
    for await (const _chunk of source) check('pipeline')
  })
}

async function useEmitters(_id: string, check: Check, { clockwork }: Surroundings): Promise<void> {
  const own = new EventEmitter()
  own.on('tick', () => check('a bound emitter, listened to before'))
  context.bind(context.active(), own)
  own.once('tick', () => check('a bound emitter, listened to after'))
  const tick = (): void => void own.emit('tick')
  clockwork.on('tick', tick)
  const bound = context.bind(context.active(), () => check('a bound listener of a shared emitter'))
  clockwork.on('tick', bound)
  await once(clockwork, 'tick')
  check('events.once')
  clockwork.off('tick', tick).off('tick', bound)
}

async function useIterators(id: string, check: Check, { clockwork }: Surroundings): Promise<void> {
  async function* count(): AsyncGenerator<number> {
    for (let turn = 0; turn < 3; turn++) {
      check('async generator')
      yield turn
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
    }
  }
  for await (const _turn of count()) check('for await')
  for await (const _chunk of Readable.from([id])) check('for await of a stream')
  for await (const _tick of on(clockwork, 'tick')) {
    check('events.on')
    break
  }
  function* walk(): Generator<number> {
    check('generator')
    yield 1
  }
  for (const _step of walk()) check('for of')
}

async function usePool(id: string, check: Check, { pool }: Surroundings): Promise<void> {
  const answer = await pool.query(id)
  if (answer !== id) throw new Error(`the pool answered ${answer} to ${id}`)
  check('pool, awaited')
  await new Promise<void>((resolve) => {
    const bound = context.bind(context.active(), () => {
      check('pool, bound callback')
      resolve()
    })
    pool.queryWithCallback(id, bound)
  })
}

async function callBackend(id: string, check: Check, { agent, backendPort }: Surroundings): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const request = sendRequest({ port: backendPort, host: '127.0.0.1', agent, headers: { 'x-request': id } })
    request.on('error', reject)
    request.on('socket', () => check('client socket'))
    request.on('response', (response) => {
      check('client response')
      response.on('data', () => check('client data'))
      response.on('end', () => {
        check('client end')
        resolve()
      })
    })
    request.end()
  })
}
