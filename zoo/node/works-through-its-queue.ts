// Defect: each request takes the processor for 10 ms, and none is ever told no: behind a queue nobody hears the probes.
import { answer, sail } from './base.ts'

await sail({
  async handle(request, response, ship) {
    const until = performance.now() + 10
    while (performance.now() < until);
    await answer(request, response, ship)
  },
})
