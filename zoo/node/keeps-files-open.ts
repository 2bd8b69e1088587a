// Defect: closes its file when the answer was sent, and never when the client has gone before.
import { closeSync, openSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { answer, sail } from './base.ts'

await sail({
  async handle(request, response, ship) {
    const file = openSync('/dev/null', 'r')
    response.once('finish', () => closeSync(file))
    await pause(40)
    await answer(request, response, ship)
  },
})
