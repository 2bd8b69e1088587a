import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isMainThread, threadId } from 'node:worker_threads'
import { systemClock } from '../../core/clock.ts'

// What is loaded into a Node.js service that is to collect its garbage often, see often-collecting.ts. It begins only when it
// was named with a folder, writes what is in use after each collection there, and ends when the folder is gone.

/** Several within the shortest burn. */
const EVERY_MS = 400
/** A collection of a large heap takes long: at most a fifth of the time is spent on it. */
const PAUSE_PER_COLLECTION = 4

const folder = new URL(import.meta.url).searchParams.get('into')
if (folder !== null) collectOften(folder)

function collectOften(into: string): void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const path = fileURLToPath(new URL(`${process.pid}-${threadId}`, into))
  const goOn = (afterMs: number): void => void systemClock.schedule(afterMs, once, { keepAlive: false })
  const once = (): void => {
    if (!existsSync(fileURLToPath(into))) return
    const beganAt = systemClock.now()
    collect()
    const tookMs = systemClock.now() - beganAt
    write(path)
    goOn(Math.max(EVERY_MS, PAUSE_PER_COLLECTION * tookMs))
  }
  goOn(EVERY_MS)
}

/** Whole or not at all, and never a reason for the service to fail. */
function write(path: string): void {
  const { heapUsed, heapTotal, external, rss } = process.memoryUsage()
  // What is resident is the process's, and told by one thread: their sum is right.
  const counts = { liveBytes: heapUsed + external, outsideBytes: (isMainThread ? rss : 0) - heapTotal }
  try {
    writeFileSync(`${path}.new`, JSON.stringify(counts))
    renameSync(`${path}.new`, path)
  } catch {
    // The folder has just gone.
  }
}
