// What a process leaves that dies, and what the next one says of it: this file starts itself to die in its place.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { createService } from 'seaworthy'

const isVictim = process.argv.includes('dies')

// #region options
const service = createService({
  name: 'orders',
  crash: { directory: 'evidence', report: 'always', keep: 20 },
  admin: { port: 0 },
  shutdown: { drainDelay: 0 },
})
// #endregion options

service.resource('trouble', {
  start: () => {
    if (!isVictim) return
    setTimeout(() => {
      throw new Error('nobody caught this')
    }, 50)
  },
})

if (!isVictim) {
  const arguments_ = [...process.execArgv, import.meta.filename, 'dies']
  const [code] = await once(spawn(process.execPath, arguments_, { stdio: 'inherit' }), 'exit')
  assert.equal(code, 1)
  const names = readdirSync('evidence/crash@orders').map((name) => name.split('-')[0])
  assert.deepEqual(new Set(names), new Set(['life', 'report', 'uncaught']))
  // The next process tells of it, and here ends as soon as that is said.
  service.resource('end', { start: () => void setTimeout(() => process.kill(process.pid, 'SIGTERM'), 500) })
}
await service.run()
