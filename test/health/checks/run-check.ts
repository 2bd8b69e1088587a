import { readdirSync, readlinkSync } from 'node:fs'
import { HealthChecker } from '../../../src/health/health-checker.ts'
import type { CheckReport } from '../../../src/health/health-report.ts'
import type { HealthCheckDefinition, HealthCheckResult } from '../../../src/health/health-check.ts'

/** What the checker that everybody uses says about one check. */
export async function reportOf(definition: HealthCheckDefinition): Promise<CheckReport | undefined> {
  const health = new HealthChecker({ defaultTimeout: '10s' }).register(definition)
  return (await health.checkHealth()).checks[definition.name]
}

/** What a check itself says. */
export async function resultOf(
  definition: HealthCheckDefinition,
  signal: AbortSignal = AbortSignal.timeout(10_000),
): Promise<HealthCheckResult> {
  return (await definition.check({ signal })) as HealthCheckResult
}

/** How many sockets this process has open. */
export function openSockets(): number {
  let sockets = 0
  for (const descriptor of readdirSync('/proc/self/fd')) {
    try {
      if (readlinkSync(`/proc/self/fd/${descriptor}`).startsWith('socket:')) sockets += 1
    } catch {
      // The one that listed the folder is closed again.
    }
  }
  return sockets
}

/** Waits until as many sockets are open as before: a close takes a turn or two of the loop. */
export async function socketsAreBackTo(count: number): Promise<void> {
  const deadline = performance.now() + 10_000
  while (openSockets() > count) {
    if (performance.now() > deadline) throw new Error(`${openSockets()} sockets are open, ${count} were before`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
