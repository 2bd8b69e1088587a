import type { Clock } from '../../core/clock.ts'
import { settleWithin } from '../../core/wait.ts'
import type { ReloadResult } from '../../config/reload/reload-events.ts'
import type { AdminRoute } from '../../server/admin-route.ts'
import type { Answer } from '../../server/send-answer.ts'
import type { LiveConfig } from '../live-config.ts'
import { problemAnswer, refuseBrowser } from './problem-answer.ts'

/** Where a reload can be asked for. */
export const RELOAD_PATH = '/-/reload'

/** Less than any page may take: the trial of a new configuration alone may take longer. */
const WAIT_MS = 8_000

/**
 * Reloads the configuration and the certificates, as on SIGHUP, and says what has become of it: 200 when it was applied, or nothing had to be,
 * 422 when it was refused or taken back, 202 when it is still on trial.
 */
export function reloadPage(live: Pick<LiveConfig, 'isReloading' | 'reload' | 'state'>, clock: Clock): AdminRoute {
  return {
    access: 'private',
    methods: ['POST'],
    async answer(request): Promise<Answer> {
      const refused = refuseBrowser(request)
      if (refused !== undefined) return refused
      if (!live.isReloading) {
        return problemAnswer(404, 'Not Found', [
          {
            key: 'config.reload',
            problem: 'the configuration of this service does not reload',
            remedy: 'Set the option config.reload of createService(), or restart the service.',
          },
        ])
      }
      const settled = await settleWithin(clock, WAIT_MS, () => live.reload('admin port'))
      if (settled.outcome === 'done') return toAnswer(settled.value)
      if (settled.outcome === 'failed') throw settled.error
      return json(202, { outcome: 'on_trial', generation: live.state?.generation, see: 'GET /-/config' })
    },
  }
}

function toAnswer(result: ReloadResult): Answer {
  switch (result.outcome) {
    case 'applied':
    case 'unchanged':
    case 'pending_restart':
      return json(200, result)
    case 'stopped':
      return json(503, result)
    case 'rejected':
    case 'rolled_back': {
      const { reason = 'no reason was given', ...facts } = result
      const problem = { key: 'configuration', problem: reason, remedy: 'Correct it; the last good one stays in force.' }
      return problemAnswer(422, 'Unprocessable Content', [problem], facts)
    }
  }
}

function json(status: number, value: object): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: `${JSON.stringify(value)}\n` }
}
