import { markup, type Markup } from '../../report/markup.ts'
import { timeWords } from '../output/words.ts'
import type { SailedVoyage, TrialReport } from '../report.ts'

/** Where the time went: every voyage, the longest first. Those in company were under way at the same time. */
export function renderVoyageTimes({ sailed, judged }: Pick<TrialReport, 'sailed' | 'judged'>): Markup | undefined {
  if (sailed.length === 0) return undefined
  const trialsOf = ({ voyage }: SailedVoyage): string =>
    judged.flatMap(({ trial }) => (trial.voyages.includes(voyage) ? [trial.id] : [])).join(', ')
  return markup`<details>
    <summary>Where the time went</summary>
    <table>
      <caption>
        Voyages, the longest first; some were under way at the same time
      </caption>
      <thead>
        <tr>
          <th scope="col">voyage</th>
          <th scope="col">took</th>
          <th scope="col">starts</th>
          <th scope="col">for</th>
        </tr>
      </thead>
      <tbody>
        ${sailed
          .toSorted((one, other) => other.tookMs - one.tookMs)
          .map(
            (leg) =>
              markup`<tr>
                <th scope="row">${nameOf(leg)}</th>
                <td>${timeWords(leg.tookMs)}</td>
                <td>${leg.lifetimes.length}</td>
                <td>${trialsOf(leg)}</td>
              </tr>`,
          )}
      </tbody>
    </table>
  </details>`
}

function nameOf({ voyage, attempt, isWhole }: SailedVoyage): string {
  return `${voyage}${attempt > 1 ? ', again because of noise' : ''}${isWhole ? '' : ', given up'}`
}
