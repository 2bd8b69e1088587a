import { markup, type Markup } from '../../report/markup.ts'
import type { Figure } from '../verdict/verdict.ts'

/** A table of figures with their bounds; nothing when there are none. */
export function renderFigures(figures: readonly Figure[]): Markup | undefined {
  if (figures.length === 0) return undefined
  return markup`<table class="figures">
    <caption>
      Figures
    </caption>
    <thead>
      <tr>
        <th scope="col">figure</th>
        <th scope="col">value</th>
        <th scope="col">between</th>
      </tr>
    </thead>
    <tbody>
      ${figures.map(renderRow)}
    </tbody>
  </table>`
}

function renderRow({ name, value, low, high }: Figure): Markup {
  const bounds = low === undefined && high === undefined ? '' : `${shown(low ?? '−∞')} and ${shown(high ?? '∞')}`
  return markup`<tr>
    <th scope="row">${name}</th>
    <td>${shown(value)}</td>
    <td>${bounds}</td>
  </tr>`
}

/** Four digits that count tell people all that they can compare. */
function shown(value: number | string | boolean): string {
  if (typeof value !== 'number' || Number.isInteger(value)) return String(value)
  return String(Number(value.toPrecision(4)))
}
