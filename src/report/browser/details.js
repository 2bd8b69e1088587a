import { isFailed, latencyOf, SIGNS } from './dots.js'
import { element, lengthWords, momentWords } from './texts.js'

const MAX_SPANS = 200

/** What became of a request, and the spans of its trace. */
export function showDetails(panel, { lifetime, texts }, row) {
  const { requests } = lifetime
  const kind = requests.kind[row]
  const title = element('h3', `Request ${requests.id[row]}: ${texts[requests.outcome[row]]}`)
  title.className = isFailed(kind) ? 'failed' : ''
  const list = element('dl')
  for (const [name, value] of fieldsOf(requests, texts, row)) {
    if (value === undefined) continue
    const pair = element('div')
    pair.append(element('dt', name), element('dd', value))
    list.append(pair)
  }
  panel.replaceChildren(title, list, ...waterfall(lifetime, texts, row))
}

function fieldsOf(requests, texts, row) {
  const moment = (ms) => (ms < 0 ? undefined : momentWords(ms))
  const due = requests.startedAt[row] - requests.intendedAt[row]
  const reuse = requests.reuse[row]
  return [
    ['what', texts[requests.line[row]]],
    ['sign', SIGNS[requests.kind[row]].name],
    ['load', texts[requests.load[row]]],
    ['replica', texts[requests.pod[row]]],
    ['latency', lengthWords(latencyOf(requests, row))],
    ['sent', `${moment(requests.startedAt[row])}${due > 1 ? `, ${lengthWords(due)} after it was due` : ''}`],
    ['first byte', moment(requests.firstByteAt[row])],
    ['over', moment(requests.at[row])],
    [
      'connection',
      `${requests.connection[row]}, ${reuse === 0 ? 'new' : `used ${reuse} ${reuse === 1 ? 'time' : 'times'} before`}`,
    ],
    ['closed by the service', moment(requests.serverClosedAt[row])],
    ['said Connection: close', requests.saidClose[row] === 1 ? 'yes' : undefined],
    ['trace', texts[requests.trace[row]]],
  ]
}

function waterfall({ requests, spans }, texts, row) {
  if (requests.trace[row] < 0) return [element('p', 'It carried no trace context.', { class: 'quiet' })]
  const rows = []
  for (let index = 0; index < spans.trace.length; index++)
    if (spans.trace[index] === requests.trace[row]) rows.push(index)
  if (rows.length === 0) return [element('p', 'No span of its trace arrived.', { class: 'quiet' })]
  const shown = inTreeOrder(rows, spans).slice(0, MAX_SPANS)
  const from = Math.min(requests.startedAt[row], ...shown.map(({ index }) => spans.startedAt[index]))
  const to = Math.max(requests.at[row], from + 0.1, ...shown.map(({ index }) => spans.endedAt[index]))
  const list = element('ol', undefined, { class: 'waterfall', 'aria-label': 'Spans of its trace' })
  list.append(
    bar('the request, as the client saw it', requests.startedAt[row], requests.at[row], {
      from,
      to,
      depth: 0,
      kind: 'client-side',
    }),
  )
  for (const { index, depth } of shown) {
    const isError = spans.error[index] >= 0
    const message = isError ? `, error ${texts[spans.error[index]]}`.trimEnd() : ''
    const says = `${texts[spans.name[index]]} (${texts[spans.kind[index]]}, ${texts[spans.service[index]]})${message}`
    list.append(
      bar(says, spans.startedAt[index], spans.endedAt[index], {
        from,
        to,
        depth: depth + 1,
        kind: isError ? 'error' : '',
      }),
    )
  }
  const more = rows.length - shown.length
  return [element('h4', 'Spans of its trace'), list, ...(more > 0 ? [element('p', `${more} more spans`)] : [])]
}

/** Parents before their children. A parent that never came makes a root of its child; a circle ends. */
function inTreeOrder(rows, spans) {
  const known = new Set(rows.map((index) => spans.span[index]))
  const children = Map.groupBy(rows, (index) => (known.has(spans.parent[index]) ? spans.parent[index] : -1))
  const ordered = []
  const seen = new Set()
  const add = (parent, depth) => {
    for (const index of children.get(parent) ?? []) {
      if (seen.has(index)) continue
      seen.add(index)
      ordered.push({ index, depth })
      add(spans.span[index], depth + 1)
    }
  }
  add(-1, 0)
  for (const index of rows) if (!seen.has(index)) ordered.push({ index, depth: 0 })
  return ordered
}

function bar(says, startedAt, endedAt, { from, to, depth, kind }) {
  const item = element('li', undefined, { class: kind })
  const name = element('span', says, { class: 'name' })
  name.style.paddingInlineStart = `${Math.min(depth, 12) * 0.8}rem`
  const track = element('span', undefined, { class: 'track' })
  const shown = element('span', undefined, { class: 'bar' })
  shown.style.insetInlineStart = `${((startedAt - from) / (to - from)) * 100}%`
  shown.style.width = `max(2px, ${((endedAt - startedAt) / (to - from)) * 100}%)`
  track.append(shown)
  item.append(name, track, element('span', lengthWords(Math.max(0, endedAt - startedAt)), { class: 'took' }))
  return item
}
