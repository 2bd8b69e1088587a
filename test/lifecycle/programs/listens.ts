// Listens to the signals of SIGNALS, says what arrives, and leaves with 7 at the second.
import { DEFAULT_SIGNALS, listenToSignals } from '../../../src/lifecycle/signals.ts'
import { printLog } from '../../process/print-log.ts'

const { SIGNALS, FOREIGN, ECHO, STOP_AFTER_FIRST } = process.env
if (FOREIGN === 'before') process.on('SIGTERM', () => console.log('foreign SIGTERM'))
const stop = listenToSignals({
  signals: SIGNALS === undefined ? DEFAULT_SIGNALS : (SIGNALS.split(',') as NodeJS.Signals[]),
  log: printLog,
  onFirst(signal) {
    if (STOP_AFTER_FIRST === '1') stop()
    console.log('first', signal)
    if (ECHO === '1') process.kill(process.pid, signal)
  },
  onSecond(signal) {
    console.log('second', signal)
    process.exit(7)
  },
})
if (FOREIGN === 'after') process.once('SIGTERM', () => console.log('foreign SIGTERM'))
setInterval(() => {}, 60_000)
console.log('ready')
