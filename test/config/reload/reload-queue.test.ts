import { expect, test } from 'vitest'
import { ReloadQueue } from '../../../src/config/reload/reload-queue.ts'

test.each([0, 1, 2, 3, 4, 5, 6])(
  'no two run at once, when a request comes %i turns after the end of one, either',
  async (turns) => {
    let running = 0
    let most = 0
    const ran: string[] = []
    let end = (): void => {}
    const ended = new Promise<void>((resolve) => (end = resolve))
    const queue = new ReloadQueue<string, string>(
      async (request) => {
        running++
        most = Math.max(most, running)
        ran.push(request)
        if (request === 'first') await ended
        else await new Promise((resolve) => setImmediate(resolve))
        running--
        return request
      },
      (earlier, later) => `${earlier}+${later}`,
    )
    const first = queue.request('first')
    const second = queue.request('second')
    end()
    await ended
    for (let turn = 0; turn < turns; turn++) await Promise.resolve()
    const third = queue.request('third')
    await Promise.all([first, second, third])
    await queue.idle()
    expect(most).toBe(1)
    expect(ran.join(' ')).toMatch(/^first second(?:\+| )third$/)
  },
)
