import type { MetricsPage, MetricsPageOptions } from './metrics-page.ts'
import type { ScrapeAnswer, ScrapeRequest } from './scrape.ts'

/** A page whose code is loaded with the first scrape: a service that nobody scrapes has none of it. */
export class LazyMetricsPage {
  readonly #options: MetricsPageOptions
  #page: Promise<MetricsPage> | undefined

  constructor(options: MetricsPageOptions) {
    this.#options = options
  }

  async answer(request: ScrapeRequest): Promise<ScrapeAnswer> {
    this.#page ??= this.#load()
    return (await this.#page).answer(request)
  }

  async #load(): Promise<MetricsPage> {
    const { MetricsPage: Page } = await import('./metrics-page.ts')
    return new Page(this.#options)
  }
}
