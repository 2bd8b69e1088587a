import { messageOf } from '../lifecycle/shutdown-report.ts'
import { EventualStart } from '../recovery/start-up/eventual-start.ts'
import { StartAttempts } from '../recovery/start-up/start-attempts.ts'
import { StartUpNews } from '../recovery/start-up/start-up-news.ts'
import type { StartUpPlan } from '../recovery/start-up/start-up-options.ts'
import type { ComponentHost } from './component-host.ts'

/** What waits for what. Loaded only by services of which a component did not come up at once, or need not. */
export interface StartUpWait<T> {
  readonly host: ComponentHost<unknown>
  readonly name: string
  readonly plan: StartUpPlan
  readonly open: (signal: AbortSignal) => T | Promise<T>
  /** When the first attempt began, on the clock. */
  readonly beganAt: number
}

export function toAttempts<T>({ host, name, plan, open, beganAt }: StartUpWait<T>): {
  readonly attempts: StartAttempts<T>
  readonly news: StartUpNews
} {
  const { clock } = host
  const { policy } = plan
  const show = showAsCheck(host, name, policy === 'required')
  const news = new StartUpNews({ clock, log: host.logFor(name), name, policy, show })
  return { news, attempts: new StartAttempts<T>({ clock, plan, news, open, messageOf, beganAt }) }
}

export function toEventual<T>(wait: StartUpWait<T> & { readonly onCame: (value: T) => void }): EventualStart<T> {
  const { host, name, onCame } = wait
  return new EventualStart<T>({ clock: host.clock, name, onCame, ...toAttempts(wait) })
}

/**
 * Shows probes why a component has not come, under the name and in the place that its own check will have. The start of
 * the service does not run any check yet, so this one is run as soon as it has something new to say.
 */
function showAsCheck(
  { health }: ComponentHost<unknown>,
  name: string,
  isRequired: boolean,
): (reason: string | undefined) => void {
  let shown: string | undefined
  return (reason) => {
    // When it has come, its own check takes the place of this one.
    if (reason === undefined) return
    const isFirst = shown === undefined
    shown = reason
    if (isFirst) {
      health.register({
        name,
        critical: isRequired,
        groups: isRequired ? ['startup', 'ready'] : ['ready'],
        check: () => ({ status: isRequired ? 'unhealthy' : 'degraded', message: `not there yet: ${shown}` }),
      })
    }
    void health.refresh(name)
  }
}
