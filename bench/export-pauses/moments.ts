/** What export does while the loop is watched. */
export interface Moment {
  readonly id: string
  readonly title: string
  /** What happens, for the page. */
  readonly what: string
  /** How long it is watched, at least. */
  readonly forMs: number
}

function moment(id: string, title: string, forMs: number, what: string): Moment {
  return { id, title, forMs, what }
}

/** The moments of one process after another, in which it creates spans all the time. */
export const OF_SPANS = {
  sending: moment('sending', 'Sealing and sending', 5000, 'Chunks are sealed and sent, the collector answers at once.'),
  begin: moment('outage-begins', 'An outage begins', 2000, 'The collector refuses connections from this moment on.'),
  outage: moment(
    'sealing',
    'Sealing, to disk',
    4000,
    'The collector is still away: what is sealed goes to disk, or wherever it goes.',
  ),
  end: moment(
    'outage-ends',
    'An outage ends',
    8000,
    'The collector is back: what waited is sent, and what is new. It lasts from the end of the outage to 8 s after the first delivery.',
  ),
} as const

/** Each has a process of its own. */
export const COLLECTION = moment(
  'collection',
  'Collection of 2,000 series',
  6000,
  'Metrics are collected and sent once a second; no spans.',
)
export const SCRAPE = moment(
  'scrape',
  'Scrape of 2,000 series',
  6000,
  'Metrics are scraped by Prometheus four times a second; no spans.',
)
export const ADOPTION = moment(
  'adoption',
  'Adoption of 64 MiB',
  6000,
  'A process begins and finds what an earlier one left on disk; it is watched from its first turn.',
)

/** In the order of the page. */
export const MOMENTS: readonly Moment[] = [...Object.values(OF_SPANS), COLLECTION, SCRAPE, ADOPTION]
