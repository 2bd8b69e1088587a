// Preloaded in tests and measurements, so that a sample can stay as its authors wrote it: what asks for port 3000 gets
// the port in SAMPLE_PORT.
import { Server } from 'node:net'

// oxlint-disable-next-line typescript/unbound-method -- it is called with the server below
const { listen } = Server.prototype
const instead = (value) => (value === 3000 ? Number(process.env.SAMPLE_PORT) : value)

Server.prototype.listen = function (first, ...rest) {
  const where = typeof first === 'object' && first !== null ? { ...first, port: instead(first.port) } : instead(first)
  return listen.call(this, where, ...rest)
}
