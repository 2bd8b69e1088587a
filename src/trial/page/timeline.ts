import { markup, type Markup } from '../../report/markup.ts'
import type { TrialReport } from '../report.ts'

const CHARTS = [
  ['latency', 'Latency, p50 and p95'],
  ['rate', 'Requests per second'],
  ['rss', 'Memory (RSS)'],
  ['files', 'Open files'],
] as const

/** What the script fills with the history of a lifetime. */
export function renderTimeline({ sailed }: Pick<TrialReport, 'sailed'>): Markup {
  const hasAny = sailed.some(({ lifetimes }) => lifetimes.length > 0)
  return markup`<section id="timeline" aria-labelledby="timeline-title">
    <h2 id="timeline-title" tabindex="-1">Timeline</h2>
    ${hasAny ? renderDrawn() : markup`<p>The service was not started: there is nothing to show.</p>`}
  </section>`
}

function renderDrawn(): Markup {
  return markup`<noscript><p>The timeline is drawn by a script, which this browser doesn't run.</p></noscript>
    <p id="problem" role="alert" hidden></p>
    <div id="drawn" hidden>
      <div class="controls">
        <label
          >Lifetime
          <select id="lifetime"></select
        ></label>
        <span class="buttons" role="group" aria-label="Zoom">
          <button type="button" id="zoom-in" aria-label="Zoom in">+</button>
          <button type="button" id="zoom-out" aria-label="Zoom out">&minus;</button>
          <button type="button" id="earlier" aria-label="Earlier">&larr;</button>
          <button type="button" id="later" aria-label="Later">&rarr;</button>
          <button type="button" id="reset">Whole</button>
        </span>
        <span id="range" role="status"></span>
      </div>
      <p id="settings" class="quiet"></p>
      <ul id="legend" class="legend" aria-label="Signs of requests"></ul>
      <div class="canvas">
        <canvas
          id="canvas"
          tabindex="0"
          role="application"
          aria-describedby="keys"
          aria-label="Timeline: lanes of what happened, and every request by its time and latency"
        ></canvas>
        <div id="tip" hidden></div>
      </div>
      <p id="keys" class="quiet">
        Drag to zoom in, shift and drag to move, double-click for the whole; the wheel zooms with Ctrl, or after a
        click. Keys: + and &minus;, &larr; and &rarr;, 0 for the whole, N and P for the next and the previous request, Esc.
      </p>
      <section id="details" aria-label="Details" aria-live="polite">
        <p class="quiet">Choose a request to see what became of it, with the spans of its trace.</p>
      </section>
      <div class="charts">
        ${CHARTS.map(
          ([id, title]) =>
            markup`<figure>
              <figcaption>${title}</figcaption>
              <div id="chart-${id}" class="chart"></div>
            </figure>`,
        )}
      </div>
      <details id="failed" open>
        <summary>Requests that failed</summary>
        <div class="table" id="failed-table"></div>
      </details>
      <details id="events">
        <summary>Everything on the lanes</summary>
        <div class="table" id="events-table"></div>
      </details>
    </div>`
}
