import type { ExitedEvent } from '../process-events.ts'
import { eventsOf, type Lifetime } from '../lifetime.ts'
import { signalledAt } from './end-of-life.ts'
import { tellingLines } from './telling-lines.ts'

/** The end of the process, when it came by itself: nobody had signalled it before. */
export function exitedByItself(lifetime: Lifetime): ExitedEvent | undefined {
  const exited = eventsOf(lifetime, 'exited')[0]
  return exited !== undefined && exited.at < signalledAt(lifetime) ? exited : undefined
}

/** Such as `exit code 1` or `SIGSEGV`. */
export function describeExit({ code, signal }: ExitedEvent): string {
  return signal === null ? `exit code ${code ?? 'unknown'}` : signal
}

/** The last `count` lines that the service wrote, with those that say what happened where they are the end of a stack. */
export function lastLines(lifetime: Lifetime, count = 5): string[] {
  return tellingLines(
    eventsOf(lifetime, 'output').map(({ line }) => line),
    count,
  )
}
