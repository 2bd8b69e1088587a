/* oxlint-disable typescript/no-misused-promises -- it is written as applications are */
// An application as many are: an HTTP server, and listeners of SIGTERM that were written without any thought of a
// drain. CASE says which. It knows nothing of Seaworthy.
import { createServer } from 'node:http'

const { CASE = 'none', PORT = '0' } = process.env
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const say = (text) => process.stdout.write(`${text}\n`)

const server = createServer((request, response) => {
  const waitMs = Number(new URL(request.url, 'http://x').searchParams.get('waitMs') ?? 0)
  say(`request ${request.url}`)
  if (request.url === '/hang') return
  setTimeout(() => response.end(`answered after ${waitMs}`), waitMs)
})

const cases = {
  none() {},
  'exit at once': () => process.on('SIGTERM', () => process.exit(0)),
  'exit with a code': () => process.on('SIGTERM', () => process.exit(4)),
  'code without exit': () => process.on('SIGTERM', () => void (process.exitCode = 6)),
  'close and exit'() {
    process.on('SIGTERM', () => {
      say(`handler, listening ${server.listening}`)
      server.on('close', () => say('event close'))
      server.close((error) => {
        say(`closed ${error?.code}`)
        process.exit(error === undefined ? 0 : 1)
      })
    })
  },
  'close twice'() {
    process.on('SIGTERM', () => {
      server.close((error) => {
        say(`first ${error?.code}`)
        server.close((again) => say(`second ${again?.code}`))
      })
    })
  },
  'async and once'() {
    process.once('SIGTERM', async function handler(...args) {
      say(`handler ${JSON.stringify(args)} ${this === process} ${process.listeners('SIGTERM').length}`)
      await wait(200)
      say('handler done')
    })
  },
  'one exits, another works'() {
    process.on('SIGTERM', () => process.exit(0))
    process.on('SIGTERM', async () => {
      await wait(200)
      say('the other is done')
    })
  },
  hangs: () =>
    process.on('SIGTERM', async function neverEnds() {
      await new Promise(() => setInterval(() => {}, 1000))
    }),
  'hangs without a name': () => process.on('SIGTERM', () => new Promise(() => setInterval(() => {}, 1000))),
  throws() {
    process.on('SIGTERM', () => {
      throw new Error('thrown by a handler')
    })
    process.on('SIGTERM', () => say('the next handler'))
  },
  rejects: () => process.on('SIGTERM', async () => Promise.reject(new Error('rejected by a handler'))),
  'catches what exit throws'() {
    process.on('SIGTERM', async () => {
      try {
        await wait(10)
        process.exit(0)
      } catch (error) {
        say(`caught ${error.name}`)
        process.exit(5)
      } finally {
        say('finally')
      }
    })
  },
  'exits in a callback'() {
    process.on('SIGTERM', () => {
      setTimeout(() => {
        process.exit(7)
        say('after exit')
      }, 100)
    })
  },
  'exits inside a promise that then never settles'() {
    process.on('SIGTERM', async () => {
      await new Promise((resolve) => {
        server.close(() => {
          process.exit(0)
          resolve()
        })
      })
    })
  },
  'leaves a timer'() {
    process.on('SIGTERM', () => {
      setInterval(() => {}, 1000)
      say('handler')
    })
  },
  'works on in a callback'() {
    process.on('SIGTERM', () => {
      setTimeout(() => say('worked on'), 300)
    })
  },
  'kills itself': () => process.once('SIGTERM', () => process.kill(process.pid, 'SIGTERM')),
  'kills itself harder': () => process.once('SIGTERM', () => process.kill(process.pid, 'SIGKILL')),
  'takes every listener away'() {
    process.on('SIGTERM', () => process.exit(9))
    server.on('listening', () => process.removeAllListeners('SIGTERM'))
  },
  'comes late'() {
    server.on('request', (request) => {
      if (request.url === '/?waitMs=300') process.prependListener('SIGTERM', () => say('late handler'))
    })
  },
  'emits it itself': () => server.on('request', () => setImmediate(() => process.emit('SIGTERM', 'SIGTERM', 15))),
  async 'is alone with signal-exit'() {
    const { onExit } = await import('signal-exit')
    onExit((code, signal) => say(`signal-exit ${code} ${signal}`))
  },
  async 'has signal-exit and a handler'() {
    const { onExit } = await import('signal-exit')
    onExit((code, signal) => say(`signal-exit ${code} ${signal}`))
    process.on('SIGTERM', () => server.close(() => say('handler done')))
  },
  'throws on request'() {
    server.on('request', (request) => {
      if (request.url === '/throw') throw new Error('nobody catches this')
    })
  },
  'rejects on request'() {
    server.on('request', (request) => {
      if (request.url === '/throw') void Promise.reject(new Error('nobody handles this'))
    })
  },
  'catches by itself'() {
    process.on('uncaughtException', (error) => say(`own ${error.message}`))
    cases['throws on request']()
  },
  'exits while it drains'() {
    server.on('request', (request) => {
      if (request.url === '/?waitMs=50') setTimeout(() => process.exit(0), 10)
    })
  },
  'closes by itself': () => server.on('request', () => setImmediate(() => server.close())),
}

await cases[CASE]()
server.listen(Number(PORT), '127.0.0.1', () => say(`ready http://127.0.0.1:${server.address().port}`))
process.on('exit', (code) => say(`exit ${code}`))
