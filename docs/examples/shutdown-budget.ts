// Holding the budget of a shutdown against the grace period of a manifest, in a test of your own.

// #region fits
import assert from 'node:assert/strict'
import { explainBudget } from 'seaworthy'

// The slices of the service, and the environment that its manifest gives it.
const { fits, equation } = explainBudget(
  { inFlight: '20s' },
  { env: { SEAWORTHY_GRACE_SECONDS: '40' }, isTerminal: false },
)
assert.ok(fits, equation)
// preStop 0ms + drainDelay 5s + inFlight 20s + stop 4s + flush 4s + margin 2s = 35s ≤ 40s
// #endregion fits
