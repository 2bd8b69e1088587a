// Ends by itself at the deadline of its shutdown, and takes longer for that than the watchdog waits for a blocked loop:
// BUSY says how long, in milliseconds.
import { systemClock } from '../../../src/core/clock.ts'
import { EnforcedDeadline } from '../../../src/lifecycle/enforced-deadline.ts'
import { ShutdownProgress } from '../../../src/lifecycle/shutdown-progress.ts'
import { printLog } from '../../process/print-log.ts'

function writeForLong(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(process.env['BUSY']))
}

const progress = new ShutdownProgress(systemClock)
progress.enter('stop')
EnforcedDeadline.begin({
  clock: systemClock,
  progress,
  deadlineMs: 200,
  stepMs: Number(process.env['STEP']),
  onDeadline() {
    writeForLong()
    process.exit(7)
  },
  watchdog: { name: 'late', reason: 'SIGTERM', fields: {}, terminationLog: '/dev/null', log: printLog },
})
setInterval(() => {}, 60_000)
