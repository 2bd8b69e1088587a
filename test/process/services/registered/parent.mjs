// A service that runs a tool, and then a helper that has a server of its own.
import { execFileSync, fork } from 'node:child_process'
import { createServer } from 'node:http'

if (process.argv[2] === 'helper') {
  const server = createServer((_, response) => response.end('helper'))
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
  process.on('disconnect', () => process.exit(0))
} else {
  const server = createServer((_, response) => response.end('parent'))
  server.listen(0, '127.0.0.1', () => {
    process.stdout.write(`ready http://127.0.0.1:${server.address().port}\n`)
    const tool = execFileSync(process.execPath, ['-p', 'process.listenerCount("SIGTERM")'], { encoding: 'utf8' })
    process.stdout.write(`tool ${tool}`)
    if (process.env.HELPER === undefined) return
    const helper = fork(import.meta.filename, ['helper'])
    helper.on('message', ({ port }) => process.stdout.write(`helper http://127.0.0.1:${port}\n`))
  })
}
