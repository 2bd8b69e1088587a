// A service that answers each request with what its process has loaded until then.
import { registerHooks } from 'node:module'

const atStart = process.moduleLoadList.length
const urls = []
registerHooks({
  load(url, context, nextLoad) {
    urls.push(url)
    return nextLoad(url, context)
  },
})

const { createService } = await import('seaworthy')
const schema = { '~standard': { version: 1, vendor: 'own', validate: (value) => ({ value }) } }
const service = createService({
  name: 'lister',
  admin: { port: 0, host: '127.0.0.1' },
  shutdown: { drainDelay: 0 },
  ...(process.env.RELOAD === 'yes' ? { config: { schema, reload: true }, settings: () => ({}) } : {}),
})
const web = service.listener('web', {
  host: '127.0.0.1',
  start: () => (_request, response) =>
    response.end(JSON.stringify({ urls, natives: process.moduleLoadList.slice(atStart) })),
})
service.resource('announce', {
  needs: { web },
  start: ({ web: { url } }) => void process.stdout.write(`ready ${url}\n`),
})
if (process.env.TASK === 'yes') service.task('once', { run: async () => {} })
await service.run()
