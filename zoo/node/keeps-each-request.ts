// Defect: keeps a KiB of each request.
import { answer, sail } from './base.ts'

const kept: Buffer[] = []
await sail({
  async handle(request, response, ship) {
    kept.push(Buffer.alloc(1024, 1))
    await answer(request, response, ship)
  },
})
