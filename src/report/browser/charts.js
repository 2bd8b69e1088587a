import { isFailed, latencyOf } from './dots.js'
import { bytesWords, countWords, lengthWords } from './texts.js'
import { firstNotBelow, roundStep } from './view.js'

const SVG = 'http://www.w3.org/2000/svg'
const WIDTH = 460
const HEIGHT = 130
const AREA = { left: 58, top: 8, width: WIDTH - 68, height: HEIGHT - 30 }
const INTERVALS = 60

/** The four charts below the timeline, for the same part of the lifetime. */
export function drawCharts({ requests, readings }, view) {
  const intervals = intervalsOf(requests, view)
  drawChart('latency', view, lengthWords, [
    { name: 'p50', points: intervals.map(({ at, latencies }) => [at, quantile(latencies, 0.5)]) },
    { name: 'p95', points: intervals.map(({ at, latencies }) => [at, quantile(latencies, 0.95)]), isDashed: true },
  ])
  drawChart('rate', view, countWords, [
    { name: 'all', points: intervals.map(({ at, perSecond }) => [at, perSecond]) },
    { name: 'failed', points: intervals.map(({ at, failedPerSecond }) => [at, failedPerSecond]), isBad: true },
  ])
  drawChart('rss', view, bytesWords, [{ name: 'RSS', points: column(readings, 'rssBytes', view) }])
  drawChart('files', view, countWords, [{ name: 'open files', points: column(readings, 'openFiles', view) }])
}

function column(readings, name, { from, to }) {
  const first = Math.max(0, firstNotBelow(readings.at, from) - 1)
  const last = firstNotBelow(readings.at, to) + 1
  return readings.at.slice(first, last).map((at, index) => [at, readings[name][first + index]])
}

/** Requests by when they were sent, in about sixty intervals of a round length. */
export function intervalsOf(requests, { from, to }) {
  const stepMs = roundStep((to - from) / INTERVALS)
  const found = []
  let row = firstNotBelow(requests.startedAt, from)
  for (let begin = Math.floor(from / stepMs) * stepMs; begin < to; begin += stepMs) {
    const latencies = []
    let failed = 0
    for (; row < requests.id.length && requests.startedAt[row] < begin + stepMs; row++) {
      if (isFailed(requests.kind[row])) failed++
      latencies.push(latencyOf(requests, row))
    }
    latencies.sort((one, other) => one - other)
    const at = begin + stepMs / 2
    found.push({
      at,
      latencies,
      perSecond: (latencies.length / stepMs) * 1000,
      failedPerSecond: (failed / stepMs) * 1000,
    })
  }
  return found
}

function quantile(sorted, share) {
  return sorted.length === 0 ? undefined : sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
}

function drawChart(id, view, words, series) {
  const holder = document.getElementById(`chart-${id}`)
  const values = series.flatMap(({ points }) => points.map(([, value]) => value)).filter((value) => value !== undefined)
  if (values.length === 0) {
    holder.textContent = 'Nothing was measured here.'
    return
  }
  const most = Math.max(...values)
  const top = most === 0 ? 1 : most * 1.1
  const svg = make('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img' })
  const said = series.map(({ name, points }) => `${name} ${rangeWords(points, words)}`).join('; ')
  svg.setAttribute('aria-label', said)
  const toX = (at) => AREA.left + ((at - view.from) / (view.to - view.from)) * AREA.width
  const toY = (value) => AREA.top + AREA.height * (1 - value / top)
  for (const share of [0, 0.5, 1]) {
    const y = toY(most * share)
    svg.append(make('line', { x1: AREA.left, x2: AREA.left + AREA.width, y1: y, y2: y, class: 'grid' }))
    svg.append(label(AREA.left - 6, y + 4, share === 0 ? '0' : words(most * share), 'end'))
    if (most === 0) break
  }
  const kinds = ['', 'second']
  for (const [index, { name, points, isDashed, isBad }] of series.entries()) {
    const kind = `${kinds[index] ?? ''} ${isDashed ? 'dashed' : ''} ${isBad ? 'bad' : ''}`
    const d = pathOf(points, toX, toY, view)
    svg.append(make('path', { d, class: `series ${kind}` }))
    const x = AREA.left + index * 90
    svg.append(make('line', { x1: x, x2: x + 18, y1: HEIGHT - 8, y2: HEIGHT - 8, class: `series ${kind}` }))
    svg.append(label(x + 23, HEIGHT - 4, name, 'start'))
  }
  holder.replaceChildren(svg)
}

/** A line that breaks off where nothing was measured; a single point is a short dash. */
function pathOf(points, toX, toY, view) {
  let path = ''
  let isOn = false
  for (const [at, value] of points) {
    if (value === undefined) {
      isOn = false
      continue
    }
    const x = Math.min(Math.max(toX(Math.min(Math.max(at, view.from), view.to)), AREA.left), AREA.left + AREA.width)
    path += `${isOn ? 'L' : 'M'}${x.toFixed(1)} ${toY(value).toFixed(1)}${isOn ? '' : 'h1'}`
    isOn = true
  }
  return path
}

function rangeWords(points, words) {
  const values = points.map(([, value]) => value).filter((value) => value !== undefined)
  return values.length === 0 ? 'not measured' : `${words(Math.min(...values))} to ${words(Math.max(...values))}`
}

function label(x, y, text, anchor) {
  const made = make('text', { x, y, 'text-anchor': anchor })
  made.textContent = text
  return made
}

function make(name, attributes) {
  const made = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  return made
}
