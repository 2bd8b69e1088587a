import { EventEmitter } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { RequestLedger } from '../request-ledger.ts'
import { isHttp1 } from '../watch-server.ts'
import { inheritedEmit, overrideEmit } from './override-emit.ts'
import type { Judge } from './judge.ts'

/** How requests of HTTP/1.1 are answered that are refused. */
export interface HttpAnswers {
  refuse(request: IncomingMessage, response: ServerResponse): void
  refuseUpgrade(socket: Socket): void
}

const REQUEST_EVENTS: ReadonlySet<string | symbol> = new Set(['request', 'checkContinue', 'checkExpectation'])
// oxlint-disable-next-line typescript/unbound-method -- it is called on the server
const { listenerCount: countListeners } = EventEmitter.prototype
const UPGRADE_EVENTS: ReadonlySet<string | symbol> = new Set(['upgrade', 'connect'])

/**
 * Lets every request of HTTP/1.1 that `server` hands out pass `judge` first. Those that are refused never reach a handler,
 * and still are in the account, traced and measured like any other answer.
 *
 * @returns takes it off again
 */
export function guardHttp(server: Server, ledger: RequestLedger, judge: Judge, answers: HttpAnswers): () => void {
  // What is refused is emitted, too, by the class of the server, so that whoever observes requests sees it: here.
  const refused = new EventEmitter()
  const answer = (request: IncomingMessage, response: ServerResponse): void => answers.refuse(request, response)
  for (const event of REQUEST_EVENTS) refused.on(event, answer)

  const restoreEmit = overrideEmit(server, (original, args) => {
    const event = args[0]
    // What Node was told that somebody listens for must not be lost, although nothing is refused any more.
    if (judge.isIdle && event !== 'checkContinue') return original.apply(server, args)
    if (REQUEST_EVENTS.has(event)) {
      const request = args[1] as IncomingMessage
      const response = args[2] as ServerResponse
      // Made by hand, or of the other protocol that this server speaks: those have been judged as streams.
      if (isHttp1(request) && request.socket instanceof Socket) {
        ledger.open(request, response)
        const verdict = judge.judge(request.method ?? 'GET', request.url ?? '/', request.headers)
        if (verdict !== 'serve') ledger.setAside(response)
        if (verdict === 'refuse') return inheritedEmit(server).apply(refused, args)
      }
      if (event !== 'checkContinue' || countListeners.call(server, event) > 0) return original.apply(server, args)
      // Node would have done this, had it not been told that somebody listens.
      response.writeContinue()
      return original.call(server, 'request', request, response)
    }
    if (UPGRADE_EVENTS.has(event)) {
      const request = args[1] as IncomingMessage
      const target = event === 'connect' ? '' : (request.url ?? '/')
      // One of HTTP/2 is a stream. A handshake is short, and what comes of it is not counted: it is one more for now.
      if (isHttp1(request) && judge.judge(request.method ?? 'GET', target, request.headers, 1) === 'refuse') {
        answers.refuseUpgrade(args[2] as Socket)
        return true
      }
    }
    return original.apply(server, args)
  })
  const restoreCount = hearOfExpectations(server, judge)
  return () => {
    restoreEmit()
    restoreCount()
  }
}

/**
 * Node says `100 Continue` by itself where nobody listens for the request for it, and the client then sends what will be
 * thrown away. So it is told that somebody does, for as long as requests are refused.
 */
function hearOfExpectations(server: Server, judge: Judge): () => void {
  const count = function listenerCount(this: Server, ...args: Parameters<Server['listenerCount']>): number {
    const known = countListeners.apply(this, args)
    return known === 0 && args[0] === 'checkContinue' && judge.isShedding ? 1 : known
  }
  server.listenerCount = count
  return () => {
    if (server.listenerCount === count) Reflect.deleteProperty(server, 'listenerCount')
  }
}
