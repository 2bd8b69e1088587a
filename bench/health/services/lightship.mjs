// https://www.npmjs.com/package/lightship, "Usage". Ready is what it is told to be: it asks nobody.
import { createServer } from 'node:http'
import { createLightship } from 'lightship'
import { answer, say } from './work.mjs'

const lightship = await createLightship({ detectKubernetes: false, port: 0 })
const server = createServer(answer)
server.listen(0, '127.0.0.1', () => {
  lightship.signalReady()
  const { port } = server.address()
  const probes = lightship.server.address().port
  say({ port, live: { port: probes, path: '/live' }, ready: { port: probes, path: '/ready' } })
})
