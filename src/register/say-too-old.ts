import type { SeaworthyError } from '../core/seaworthy-error.ts'
import { findServers } from './found-servers.ts'

/**
 * Tells once that nothing is done in this process, and lets it be: whoever has put the option into the environment of
 * everything must not bring down what never asked for it. What does not listen is told nothing; what does has no probes,
 * so that a platform which asks for them does not take it for ready.
 */
export function sayTooOld(
  target: NodeJS.Process,
  error: SeaworthyError,
  { atOnce }: { readonly atOnce: boolean },
): void {
  let isSaid = false
  const say = (): void => {
    if (isSaid) return
    isSaid = true
    target.stderr.write(
      `seaworthy/register does nothing in process ${target.pid} [${error.code}]: ${error.describe()}\n`,
    )
  }
  if (atOnce) say()
  else findServers({ onServer: say, onOwn: () => {} })
}
