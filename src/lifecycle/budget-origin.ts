/** Where a number of a budget came from. */
export interface BudgetOrigin {
  /**
   * `default`: nobody said anything · `option`: of the service · `variable`: of the environment · `flag`: of the command
   * line · `terminal`: shorter, because a person watches · `scaled`: a default made shorter to fit the grace period ·
   * `platform`: what the platform gives unless told otherwise · `assumed`: what platforms usually give
   */
  readonly from: 'default' | 'option' | 'variable' | 'flag' | 'terminal' | 'scaled' | 'platform' | 'assumed'
  /** Of the option, the variable, the flag or the platform. */
  readonly name?: string
  /** What it was before it was scaled, in milliseconds. */
  readonly unscaledMs?: number
}

/** What a budget is made of, in the order of the equation, and the grace period that it has to fit into. */
export type BudgetPart = 'preStop' | 'drainDelay' | 'inFlight' | 'stop' | 'flush' | 'margin' | 'grace'
