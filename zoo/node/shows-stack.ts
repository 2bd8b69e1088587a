// Defect: without its dependency it answers with the error as it is: its stack, and where the dependency should be.
import { inspect } from 'node:util'
import { answer, pathOf, sail } from './base.ts'
import { askStock, WITH_STOCK } from './stock-client.ts'

await sail({
  ...WITH_STOCK,
  async handle(request, response, ship) {
    if (pathOf(request) !== '/') return answer(request, response, ship)
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const { search } = new URL(request.url ?? '/', 'http://shop')
    try {
      response.end(await askStock(ship, { search, signal: gone.signal, limitMs: 1500 }))
    } catch (error) {
      response.writeHead(503).end(inspect(error))
    }
  },
})
