import { isFailed, latencyOf } from './dots.js'
import { element, lengthWords, momentWords } from './texts.js'

/** Of one table: the way in by keyboard must stay short enough to walk. */
const MAX_ROWS = 500

/** Every failed request with a button that shows it: what the dots are for people with a mouse. */
export function fillFailed(holder, { lifetime: { requests }, texts, choose }) {
  const rows = []
  for (let row = 0; row < requests.id.length; row++) if (isFailed(requests.kind[row])) rows.push(row)
  fill(
    holder,
    ['request', 'at', 'what', 'load', 'outcome', 'after'],
    rows,
    'No request failed in this lifetime.',
    (row) => {
      const button = element('button', String(requests.id[row]), {
        type: 'button',
        'aria-label': `Show request ${requests.id[row]}`,
      })
      button.addEventListener('click', () => choose(row, true))
      return [
        button,
        momentWords(requests.startedAt[row]),
        texts[requests.line[row]],
        texts[requests.load[row]],
        texts[requests.outcome[row]],
        lengthWords(latencyOf(requests, row)),
      ]
    },
  )
  return rows.length
}

/** Everything on the lanes in the order of time, with buttons that go there. */
export function fillEvents(holder, { lifetime, goTo }) {
  const items = lifetime.lanes
    .flatMap(({ name, items }) => items.map((item) => ({ name, item })))
    .toSorted((one, other) => one.item[0] - other.item[0])
  fill(holder, ['at', 'until', 'lane', 'what'], items, 'Nothing happened.', ({ name, item: [from, to, , says] }) => {
    const button = element('button', momentWords(from), { type: 'button' })
    button.addEventListener('click', () => goTo(from, to ?? from))
    return [button, to === null ? '' : momentWords(to), name, says]
  })
}

function fill(holder, names, rows, none, cellsOf) {
  if (rows.length === 0) return holder.replaceChildren(element('p', none))
  const table = element('table')
  const head = element('tr')
  for (const name of names) head.append(element('th', name, { scope: 'col' }))
  const body = element('tbody')
  for (const row of rows.slice(0, MAX_ROWS)) {
    const line = element('tr')
    for (const cell of cellsOf(row)) {
      const made = element('td')
      made.append(cell)
      line.append(made)
    }
    body.append(line)
  }
  table.append(element('thead'), body)
  table.tHead.append(head)
  const more = rows.length - MAX_ROWS
  holder.replaceChildren(table, ...(more > 0 ? [element('p', `and ${more} more, which only the canvas shows`)] : []))
}
