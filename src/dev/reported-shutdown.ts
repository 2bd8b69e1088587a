/** Where the items of one signal went, as the service counts them. */
export interface ReportedAccount {
  readonly created: number
  readonly delivered: number
  readonly rejected: number
  /** On disk, for the next process. */
  readonly spooled: number
  /** By reason. */
  readonly dropped: Readonly<Record<string, number>>
  readonly pending: number
}

/** What the last line of a Seaworthy service says of its shutdown. */
export interface ReportedShutdown {
  readonly reason: string
  /** The failure that began the shutdown; absent when somebody asked for it. */
  readonly error?: string
  readonly clean: boolean
  readonly phases: Readonly<Record<string, number>>
  readonly laggards: readonly { readonly name: string; readonly phase: string; readonly outcome: string }[]
  readonly aborted: readonly string[]
  /** What failed besides, while the shutdown ran. */
  readonly failures: readonly string[]
  readonly flush: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Who reported it. */
  readonly service: string | undefined
  readonly pid: number | undefined
}

/** The report in the fields of a log line, or `undefined` when it has none. Whatever the line holds, this never throws. */
export function readReportedShutdown(line: Readonly<Record<string, unknown>>): ReportedShutdown | undefined {
  const report = asRecord(line['shutdown'])
  if (report === undefined || typeof report['clean'] !== 'boolean') return undefined
  const phases = asRecord(report['phases'])
  const flush = asRecord(report['flush'])
  if (phases === undefined || flush === undefined) return undefined
  return {
    reason: asText(report['reason']) ?? 'unknown',
    ...(typeof report['error'] === 'string' ? { error: report['error'] } : {}),
    clean: report['clean'],
    phases: numbers(phases),
    laggards: asList(report['laggards']).map((laggard) => ({
      name: asText(asRecord(laggard)?.['name']) ?? '?',
      phase: asText(asRecord(laggard)?.['phase']) ?? '?',
      outcome: asText(asRecord(laggard)?.['outcome']) ?? '?',
    })),
    aborted: asList(report['aborted']).map(String),
    failures: asList(report['failures']).map(String),
    flush: Object.fromEntries(Object.entries(flush).map(([name, details]) => [name, asRecord(details) ?? {}])),
    service: asText(line['service']),
    pid: typeof line['pid'] === 'number' ? line['pid'] : undefined,
  }
}

/** The account of a signal in the details of a flush, when they have one. */
export function readAccount(
  details: Readonly<Record<string, unknown>> | undefined,
  signal: string,
): ReportedAccount | undefined {
  const account = asRecord(details?.[signal])
  if (account === undefined || typeof account['created'] !== 'number' || typeof account['delivered'] !== 'number')
    return undefined
  const { rejected = 0, spooled = 0, pending = 0 } = numbers(account)
  const dropped = numbers(asRecord(account['dropped']) ?? {})
  return { created: account['created'], delivered: account['delivered'], rejected, spooled, dropped, pending }
}

function numbers(fields: Readonly<Record<string, unknown>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  )
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
