import { expect, test } from 'vitest'
import { explainBudget } from '../../src/lifecycle/budget-explanation.ts'
import { renderBudget } from '../../src/lifecycle/budget-table.ts'

test('a budget that fits: the equation with its columns aligned, and what is to spare', () => {
  const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1', SEAWORTHY_GRACE_SECONDS: '30' }
  expect(renderBudget(explainBudget({ inFlight: '8500ms' }, { env, isTerminal: false }))).toMatchInlineSnapshot(`
    "  preStop       0ms  default
    + drainDelay     5s  default
    + inFlight     8.5s  shutdown.inFlight
    + stop           4s  default
    + flush          4s  default
    + margin         2s  default
    = total       23.5s
    ≤ grace         30s  SEAWORTHY_GRACE_SECONDS

    It fits: 6.5s to spare.
    Kubernetes: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination"
  `)
})

test('a budget that does not: by how much, what a service would do, and what to change', () => {
  const around = { env: {}, isTerminal: false, hasFile: () => true }
  expect(renderBudget(explainBudget({}, around))).toMatchInlineSnapshot(`
    "  preStop     0ms  default
    + drainDelay   5s  default
    + inFlight    10s  default
    + stop         4s  default
    + flush        4s  default
    + margin       2s  default
    = total       25s
    > grace       10s  what Docker or Compose gives by default

    It does not fit: 15s too long. The grace period is only assumed, so a service warns and starts.
      - Raise stop_grace_period (Compose) or --stop-timeout (docker run) to 25 s or more, and set SEAWORTHY_GRACE_SECONDS to the same number.
      - Or set SEAWORTHY_GRACE_SECONDS=10, and default slices are scaled to fit.
    Docker or Compose: https://docs.docker.com/reference/compose-file/services/#stop_grace_period"
  `)
})

test('a declared grace period that is too short says that the service refuses to start', () => {
  const env = { SEAWORTHY_GRACE_SECONDS: '10' }
  expect(renderBudget(explainBudget({ inFlight: '20s' }, { env, isTerminal: false }))).toContain(
    'It does not fit: 25s too long. The grace period is declared, so a service refuses to start, with exit code 2.',
  )
  expect(renderBudget(explainBudget({}, { env, isTerminal: false }))).toContain('scaled down to the declared grace')
})
