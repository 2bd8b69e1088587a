import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** Below the ports that systems give to outgoing connections (from 32768 on Linux, from 49152 elsewhere). */
const LOWEST = 12_000
const HIGHEST = 32_000
const ATTEMPTS = 100

/** Given out by us: asked for twice in a short time, the same port would not do. */
const given = new Set<number>()

/**
 * A port that nobody listens on, for a service that has to be told one before it starts. Outgoing connections never use it:
 * a client that knocks at such a port before the service listens could otherwise be given the very same number for its own
 * end, would then be connected to itself, and the service couldn't listen any more.
 */
export async function quietPort(host: string): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(LOWEST, HIGHEST)
    if (given.has(port) || !(await isFree(port, host))) continue
    given.add(port)
    return port
  }
  throw new Error(`No free port between ${LOWEST} and ${HIGHEST}`)
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, host, () => server.close(() => resolve(true)))
  })
}
