// Defect: goes on with what it asked its dependency for a client that has gone.
import { answer, pathOf, sail } from './base.ts'
import { reply, WITH_STOCK } from './stock-client.ts'

await sail({
  ...WITH_STOCK,
  async handle(request, response, ship) {
    if (pathOf(request) === '/') await reply(request, response, ship)
    else await answer(request, response, ship)
  },
})
