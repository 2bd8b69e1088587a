// Defect: its lock is a file that only an end in order removes: killed once, it never starts again.
import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sail } from './base.ts'

const LOCK = join(tmpdir(), 'shop.lock')

await sail({
  async beforeListening() {
    writeFileSync(LOCK, String(process.pid), { flag: 'wx' })
    process.once('exit', () => rmSync(LOCK))
  },
})
