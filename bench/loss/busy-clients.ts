import { Agent, get } from 'node:http'

const CONNECTIONS = 8

/** Asks a server for as long as it answers, on a few connections. Resolves when none of them goes on. */
export async function keepBusy(port: number, abort: AbortSignal): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const client = async (): Promise<void> => {
    while (!abort.aborted && (await ask(port, agent))) {
      // The next one.
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, client))
  agent.destroy()
}

/** @returns whether there was an answer */
function ask(port: number, agent: Agent): Promise<boolean> {
  return new Promise((resolve) => {
    get({ host: '127.0.0.1', port, path: '/orders/1', agent }, (response) => {
      response.resume()
      response.once('end', () => resolve(true)).once('error', () => resolve(false))
    }).once('error', () => resolve(false))
  })
}
