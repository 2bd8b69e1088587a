/** How much time there is: `quick` for one minute in all, `default` for four, `soak` for as long as was asked. */
export type Pace = 'quick' | 'default' | 'soak'
