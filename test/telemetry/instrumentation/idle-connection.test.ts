import { Agent, request, type ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { collectGarbage } from '../../store/collect-garbage.ts'
import { startServer, startTelemetry } from '../telemetry-fixture.ts'

/** One request over `agent`, answered to its end. */
function exchange(agent: Agent, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request({ agent, port, host: '127.0.0.1' }, (response) => {
      response.resume()
      response.once('end', resolve)
    })
    sent.once('error', reject)
    sent.end()
  })
}

test('a connection that waits for its next request holds nothing of the one before but its context', async () => {
  await using _started = await startTelemetry()
  const answers: WeakRef<ServerResponse>[] = []
  await using server = await startServer((_request, response) => {
    answers.push(new WeakRef(response))
    response.end('ok')
  })
  const agents = Array.from({ length: 20 }, () => new Agent({ keepAlive: true }))

  await Promise.all(agents.map((agent) => exchange(agent, server.port)))
  const isHeld = async (): Promise<number> => {
    await collectGarbage()
    return answers.filter((answer) => answer.deref() !== undefined).length
  }
  // The machine may hold the very last one, in a register or on a stack.
  for (let left = 20; left > 0 && (await isHeld()) > 1; left--) await new Promise(setImmediate)

  expect(answers).toHaveLength(20)
  expect(await isHeld()).toBeLessThanOrEqual(1)
  for (const agent of agents) agent.destroy()
})
