import { isMainThread } from 'node:worker_threads'
import { systemClock } from '../core/clock.ts'
import { tooOldNode } from '../core/required-node.ts'
import { readMode } from './register-mode.ts'
import { RegisteredProcess } from './registered-process.ts'
import { sayTooOld } from './say-too-old.ts'

/** Of the whole process: a second copy of the package, or a second `--import`, must not register it again. */
const REGISTERED = Symbol.for('seaworthy.registered')

const scope = globalThis as { [REGISTERED]?: boolean }
// Node delivers no signals to worker threads, and they end with the process.
if (isMainThread && scope[REGISTERED] !== true) {
  scope[REGISTERED] = true
  const mode = readMode(process.env)
  const atOnce = mode === 'start'
  const tooOld = tooOldNode(process.versions.node)
  if (mode !== 'off') {
    if (tooOld === undefined) new RegisteredProcess(process, systemClock).watch({ atOnce })
    else sayTooOld(process, tooOld, { atOnce })
  }
}
