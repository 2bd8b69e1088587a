import { firstNotBelow } from './view.js'

/** How each kind of request is drawn, in the order of the numbers: never by colour alone. */
export const SIGNS = [
  { name: 'answered', shape: 'dot', colour: 'answered' },
  { name: 'answered with 4xx', shape: 'ring', colour: 'warn' },
  { name: 'answered with 5xx', shape: 'triangle', colour: 'bad' },
  { name: 'failed', shape: 'cross', colour: 'bad' },
  { name: 'given up or safe to send again', shape: 'square', colour: 'quiet' },
  { name: 'unsettled at the end', shape: 'diamond', colour: 'warn' },
]

const FAILED = new Set([2, 3])

export function isFailed(kind) {
  return FAILED.has(kind)
}

/** From when it was due: a wait for the sender counts. */
export function latencyOf(requests, row) {
  return Math.max(0, requests.at[row] - requests.intendedAt[row])
}

/** Latencies on a logarithmic scale, whole decades: bottom and top in milliseconds. */
export function decades(requests) {
  let least = Infinity
  let most = 1
  for (let row = 0; row < requests.id.length; row++) {
    const latency = latencyOf(requests, row)
    if (latency > 0 && latency < least) least = latency
    if (latency > most) most = latency
  }
  const bottom = 10 ** Math.floor(Math.log10(Math.max(0.1, Math.min(least, 1))))
  return { bottom, top: Math.max(bottom * 100, 10 ** Math.ceil(Math.log10(most))) }
}

/** 0 at the bottom, 1 at the top. */
export function heightOf({ bottom, top }, latencyMs) {
  const height = Math.log10(Math.max(latencyMs, bottom) / bottom) / Math.log10(top / bottom)
  return Math.min(1, height)
}

/** The requests in view, those that failed last so that they lie on top. */
export function drawDots(context, { requests, view, scale, area, colours, chosen }) {
  const first = firstNotBelow(requests.startedAt, view.from)
  const last = firstNotBelow(requests.startedAt, view.to + 0.001)
  const perMs = area.width / (view.to - view.from)
  for (const [kind, { shape, colour }] of SIGNS.entries()) {
    context.fillStyle = colours[colour]
    context.strokeStyle = colours[colour]
    context.lineWidth = 1.6
    context.globalAlpha = shape === 'dot' ? 0.65 : 1
    context.beginPath()
    for (let row = first; row < last; row++) {
      if (requests.kind[row] !== kind) continue
      const x = area.left + (requests.startedAt[row] - view.from) * perMs
      const y = area.top + area.height * (1 - heightOf(scale, latencyOf(requests, row)))
      // Twenty thousand rectangles are drawn in the time of two thousand circles.
      if (shape === 'dot') context.rect(x - 1.5, y - 1.5, 3, 3)
      else traceShape(context, shape, x, y, 4.5)
    }
    if (shape === 'dot' || shape === 'triangle' || shape === 'square' || shape === 'diamond') context.fill()
    else context.stroke()
  }
  context.globalAlpha = 1
  context.strokeStyle = colours.focus
  context.lineWidth = 2
  for (const row of chosen) {
    if (row < first || row >= last) continue
    const x = area.left + (requests.startedAt[row] - view.from) * perMs
    const y = area.top + area.height * (1 - heightOf(scale, latencyOf(requests, row)))
    context.beginPath()
    context.arc(x, y, 8, 0, 2 * Math.PI)
    context.stroke()
  }
}

export function traceShape(context, shape, x, y, size) {
  if (shape === 'ring') {
    context.moveTo(x + size - 1, y)
    context.arc(x, y, size - 1, 0, 2 * Math.PI)
  } else if (shape === 'cross') {
    context.moveTo(x - size, y - size)
    context.lineTo(x + size, y + size)
    context.moveTo(x + size, y - size)
    context.lineTo(x - size, y + size)
  } else if (shape === 'square') context.rect(x - 2.5, y - 2.5, 5, 5)
  else if (shape === 'dot') context.rect(x - 2, y - 2, 4, 4)
  else {
    context.moveTo(x, y - size)
    context.lineTo(x + size, shape === 'diamond' ? y : y + size - 1)
    if (shape === 'diamond') context.lineTo(x, y + size)
    context.lineTo(x - size, shape === 'diamond' ? y : y + size - 1)
    context.closePath()
  }
}

/** The signs with what they mean, and how many there are of each. */
export function fillLegend(list, requests, colours, makeElement) {
  const counts = SIGNS.map(() => 0)
  for (const kind of requests.kind) counts[kind]++
  list.replaceChildren(
    ...SIGNS.flatMap(({ name, shape, colour }, kind) => {
      if (counts[kind] === 0) return []
      const item = makeElement('li')
      const sign = makeElement('canvas', undefined, { width: 28, height: 28, 'aria-hidden': 'true' })
      const context = sign.getContext('2d')
      context.scale(2, 2)
      context.fillStyle = colours[colour]
      context.strokeStyle = colours[colour]
      context.lineWidth = 1.6
      context.beginPath()
      traceShape(context, shape, 7, 7, 4.5)
      if (shape === 'ring' || shape === 'cross') context.stroke()
      else context.fill()
      item.append(sign, ` ${counts[kind]} ${name}`)
      return [item]
    }),
  )
}
