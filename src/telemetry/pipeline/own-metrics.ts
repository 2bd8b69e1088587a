/** What one of our own metrics is. */
interface OwnMetric {
  readonly name: `seaworthy.${string}`
  readonly unit: string
  readonly description: string
}

/** The metrics of telemetry itself under names of ours: public, and changed only as the version says. */
export const OWN_METRICS = {
  created: {
    name: 'seaworthy.telemetry.created',
    unit: '{item}',
    description: 'Spans, log records and data points that were created, or taken over from an earlier process',
  },
  items: {
    name: 'seaworthy.telemetry.items',
    unit: '{item}',
    description: 'Where they are: the sum over all outcomes is what was created',
  },
  memory: {
    name: 'seaworthy.telemetry.memory.usage',
    unit: 'By',
    description: 'Encoded telemetry in memory, over all signals',
  },
  spool: {
    name: 'seaworthy.telemetry.spool.usage',
    unit: 'By',
    description: 'Undelivered telemetry on disk',
  },
  age: {
    name: 'seaworthy.telemetry.age',
    unit: 's',
    description: 'Age of the oldest telemetry that is not delivered',
  },
} as const satisfies Readonly<Record<string, OwnMetric>>
