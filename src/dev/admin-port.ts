import { createServer } from 'node:net'
import { EnvReader, type Environment } from '../core/env-reader.ts'
import { freePort } from '../process/free-port.ts'

/** Where a service has its probes unless told otherwise. */
const USUAL_PORT = 9091

/**
 * The admin port for a service: that of the environment; else the usual one, or any free one when that is taken. With 0
 * in the environment, any free one, so that it can be shown before the service says so.
 *
 * @throws {@link SeaworthyError} `SEA_ENV_INVALID`
 */
export async function chooseAdminPort(env: Environment, usualPort = USUAL_PORT): Promise<number> {
  const read = new EnvReader(env)
  const wanted = read.integer('SEAWORTHY_ADMIN_PORT', { min: 0, max: 65_535 })
  read.done()
  if (wanted !== undefined) return wanted === 0 ? freePort() : wanted
  return (await isFree(usualPort)) ? usualPort : freePort()
}

/** On all interfaces, as the admin server listens. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, () => server.close(() => resolve(true)))
  })
}
