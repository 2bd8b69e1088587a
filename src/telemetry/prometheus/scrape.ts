/** What a scraper says in its headers. */
export interface ScrapeRequest {
  readonly accept: string | undefined
  readonly acceptEncoding: string | undefined
  /** `X-Prometheus-Scrape-Timeout-Seconds` */
  readonly scrapeTimeoutSeconds: string | undefined
}

/** What it gets. */
export interface ScrapeAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | readonly Uint8Array[]
}
