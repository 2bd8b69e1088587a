/** Nobody can see more than that. */
const MIN_SPAN_MS = 1

/** The part of a lifetime that is shown, and what becomes of it by zooming and moving. Pure: gives a new one each. */
export function wholeView(endMs) {
  return { from: 0, to: Math.max(endMs, MIN_SPAN_MS), endMs: Math.max(endMs, MIN_SPAN_MS) }
}

/** A factor above 1 shows less; `aroundMs` stays where it is. */
export function zoomed(view, factor, aroundMs = (view.from + view.to) / 2) {
  const span = Math.min(view.endMs, Math.max(MIN_SPAN_MS, (view.to - view.from) / factor))
  const share = (aroundMs - view.from) / (view.to - view.from)
  return within(view, aroundMs - span * share, span)
}

/** Moved by a share of what is shown. */
export function moved(view, share) {
  const span = view.to - view.from
  return within(view, view.from + span * share, span)
}

/** From here to there, as far as there is anything. */
export function ranged(view, from, to) {
  return within(view, Math.min(from, to), Math.max(MIN_SPAN_MS, Math.abs(to - from)))
}

function within(view, from, span) {
  const kept = Math.min(span, view.endMs)
  const start = Math.min(Math.max(0, from), view.endMs - kept)
  return { ...view, from: start, to: start + kept }
}

/** Round numbers between two moments, about as many as asked for. */
export function ticks(from, to, count) {
  const step = roundStep((to - from) / Math.max(1, count))
  const found = []
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) found.push(at)
  return found
}

export function roundStep(least) {
  const power = 10 ** Math.floor(Math.log10(least))
  return power * ([1, 2, 5].find((times) => times * power >= least) ?? 10)
}

/** The first row whose value is not less than `value`, in a column that goes up. */
export function firstNotBelow(column, value) {
  let low = 0
  let high = column.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (column[middle] < value) low = middle + 1
    else high = middle
  }
  return low
}
