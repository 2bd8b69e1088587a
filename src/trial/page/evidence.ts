import { markup, type Markup } from '../../report/markup.ts'
import type { Lifetime } from '../history/lifetime.ts'
import { sightingWords } from '../output/words.ts'
import type { Evidence, Sighting } from '../verdict/verdict.ts'
import { renderLines } from './foreign-lines.ts'
import { roundMs } from './texts.ts'

/** In the address of a link; there may be thousands, and the worst come first. */
const MAX_REQUESTS_IN_LINK = 50

/** A fact that a verdict rests on, with the way to where it can be seen. */
export function renderEvidence(evidence: Evidence, lifetimes: ReadonlyMap<number, Lifetime>): Markup {
  const { says, seen, lines = [] } = evidence
  return markup`<li>
    <p>${says}</p>
    ${renderSighting(seen, lifetimes)}
    ${lines.length === 0 ? undefined : markup`<pre tabindex="0" aria-label="Lines">${renderLines(lines)}</pre>`}
  </li>`
}

function renderSighting(seen: Sighting | undefined, lifetimes: ReadonlyMap<number, Lifetime>): Markup | undefined {
  if (seen === undefined) return undefined
  const words = sightingWords(seen, lifetimes)
  // What a judge saw in a lifetime that is not there can't be shown.
  if (!lifetimes.has(seen.lifetime)) return markup`<p class="seen">${words}</p>`
  return markup`<p class="seen"><a href="#${sightingAnchor(seen)}">${words}</a></p>`
}

/** `seen=3,1204.2,1310,12+14`: lifetime, from, to, requests. The script of the page reads it. */
export function sightingAnchor({ lifetime, from, to = from, requests = [] }: Sighting): string {
  const ids = requests.slice(0, MAX_REQUESTS_IN_LINK).join('+')
  return `seen=${lifetime},${roundMs(from)},${roundMs(to)},${ids}`
}
