import { createServer } from 'node:http'
import { Server as NetServer } from 'node:net'
import type { Application, ApplicationHooks, Listenable } from 'seaworthy'
import { answerErrors } from 'seaworthy/problem'

/** Anything that answers requests, as an object whose functions may be called apart from it. */
export function toApplication(listenable: Listenable): Application {
  if (typeof listenable === 'function') return { server: createServer(answerErrors(listenable)) }
  if (listenable instanceof NetServer) return { server: listenable }
  const { ready, close, announce, routeOf, sayGoodbye } = listenable
  const hooks: ApplicationHooks = {
    ...(ready === undefined ? {} : { ready: async () => ready.call(listenable) }),
    ...(close === undefined ? {} : { close: async () => close.call(listenable) }),
    ...(announce === undefined ? {} : { announce: () => announce.call(listenable) }),
    ...(routeOf === undefined ? {} : { routeOf: (request) => routeOf.call(listenable, request) }),
    ...(sayGoodbye === undefined
      ? {}
      : { sayGoodbye: (socket, reason) => sayGoodbye.call(listenable, socket, reason) }),
  }
  if (listenable.server !== undefined) return { server: listenable.server, ...hooks }
  const { listen } = listenable
  return listen === undefined ? hooks : { listen: listen.bind(listenable), ...hooks }
}
