import { decades, drawDots, heightOf } from './dots.js'
import { drawLanes, LANE_HEIGHT } from './lanes.js'
import { lengthWords, momentWords } from './texts.js'
import { ticks } from './view.js'

const DOTS_HEIGHT = 230
const AXIS_HEIGHT = 22
const NARROW_PX = 560

/** Draws a lifetime: lanes above, the axis of time, requests below. */
export class Picture {
  #canvas
  #context
  #width = 0
  #drawing = 0
  /** What is drawn; set by `show()`. */
  scene

  constructor(canvas) {
    this.#canvas = canvas
    this.#context = canvas.getContext('2d')
    new ResizeObserver(() => this.fit()).observe(canvas.parentElement)
  }

  show(lifetime, view, colours) {
    this.scene = {
      lanes: lifetime.lanes,
      requests: lifetime.requests,
      scale: decades(lifetime.requests),
      view,
      colours,
      chosen: [],
      marked: undefined,
      drag: undefined,
    }
    this.fit()
  }

  /** Takes what has changed and draws once, however often it is called until the next frame. */
  change(changes) {
    if (this.scene === undefined) return
    Object.assign(this.scene, changes)
    if (this.#drawing !== 0) return
    this.#drawing = requestAnimationFrame(() => {
      this.#drawing = 0
      this.#draw()
    })
  }

  /** As wide as there is room, as sharp as the screen. */
  fit() {
    if (this.scene === undefined) return
    const width = this.#canvas.parentElement.clientWidth
    if (width === 0) return
    this.#width = width
    const gutter = width < NARROW_PX ? 66 : 118
    const inside = { left: gutter, width: Math.max(50, width - gutter - 10) }
    const lanesHeight = this.scene.lanes.length * LANE_HEIGHT
    this.scene.area = { ...inside, top: lanesHeight + AXIS_HEIGHT + 6, height: DOTS_HEIGHT }
    this.scene.laneArea = { ...inside, top: 0, height: lanesHeight }
    const height = lanesHeight + AXIS_HEIGHT + 6 + DOTS_HEIGHT + 10
    this.#canvas.style.height = `${height}px`
    this.#canvas.width = Math.round(width * devicePixelRatio)
    this.#canvas.height = Math.round(height * devicePixelRatio)
    this.#draw()
  }

  /** The moment below a place on the canvas. */
  momentAt(x) {
    const { view, area } = this.scene
    return view.from + (Math.min(Math.max(0, x - area.left), area.width) / area.width) * (view.to - view.from)
  }

  #draw() {
    const context = this.#context
    const { scene } = this
    const { area, laneArea, colours, view, marked, drag } = scene
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0)
    context.clearRect(0, 0, this.#width, this.#canvas.height)
    this.#drawGrid()
    this.#drawNames()
    context.save()
    context.beginPath()
    context.rect(area.left - 6, 0, area.width + 12, area.top + area.height + 10)
    context.clip()
    const perMs = area.width / (view.to - view.from)
    for (const [band, colour] of [
      [marked, colours.warn],
      [drag, colours.focus],
    ]) {
      if (band === undefined) continue
      const left = area.left + (Math.min(band.from, band.to) - view.from) * perMs
      const width = Math.max(2, Math.abs(band.to - band.from) * perMs)
      context.globalAlpha = 0.16
      context.fillStyle = colour
      context.fillRect(left, 0, width, area.top + area.height)
      context.globalAlpha = 1
      context.strokeStyle = colour
      context.lineWidth = 1
      context.strokeRect(left, 0.5, width, area.top + area.height - 1)
    }
    drawLanes(context, { ...scene, area: laneArea })
    drawDots(context, scene)
    context.restore()
  }

  #drawGrid() {
    const context = this.#context
    const { area, colours, view, scale } = this.scene
    context.font = '11px system-ui, sans-serif'
    context.lineWidth = 1
    context.strokeStyle = colours.line
    context.fillStyle = colours.quiet
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    for (const at of ticks(view.from, view.to, area.width / 90)) {
      const x = Math.round(area.left + ((at - view.from) / (view.to - view.from)) * area.width) + 0.5
      line(context, x, 0, x, area.top + area.height)
      context.fillText(tickWords(at, view), x, area.top - AXIS_HEIGHT / 2 - 2)
    }
    context.textAlign = 'right'
    for (let latency = scale.bottom; latency <= scale.top * 1.001; latency *= 10) {
      const y = Math.round(area.top + area.height * (1 - heightOf(scale, latency))) + 0.5
      line(context, area.left, y, area.left + area.width, y)
      context.fillText(lengthWords(latency).replace(/\.0+ /, ' '), area.left - 8, y)
    }
  }

  #drawNames() {
    const context = this.#context
    const { laneArea, lanes, colours } = this.scene
    context.textAlign = 'right'
    context.textBaseline = 'middle'
    context.fillStyle = colours.text
    context.font = this.#width < NARROW_PX ? '10px system-ui, sans-serif' : '12px system-ui, sans-serif'
    for (const [index, { name }] of lanes.entries()) {
      const room = laneArea.left - 10
      let shown = name
      while (shown.length > 2 && context.measureText(shown).width > room) shown = `${shown.slice(0, -2)}\u2026`
      context.fillText(shown, room + 2, index * LANE_HEIGHT + LANE_HEIGHT / 2)
    }
  }
}

function tickWords(at, { from, to }) {
  return to - from > 4000 ? `${(at / 1000).toFixed(to - from > 20_000 ? 0 : 1)} s` : momentWords(at)
}

function line(context, fromX, fromY, toX, toY) {
  context.beginPath()
  context.moveTo(fromX, fromY)
  context.lineTo(toX, toY)
  context.stroke()
}
