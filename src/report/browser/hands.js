import { isFailed, latencyOf, SIGNS } from './dots.js'
import { itemAt, requestAt } from './hits.js'
import { lengthWords, momentWords } from './texts.js'
import { moved, ranged, wholeView, zoomed } from './view.js'

const CLICK_PX = 4
const STEP = 0.2
const FACTOR = 1.5

/** Pointer, wheel and keys on the canvas. `page` has: picture, lifetime, texts, setView(view), choose(row). */
export function startHands(canvas, tip, page) {
  let pressed
  const placeOf = (event) => {
    const box = canvas.getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }
  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return
    pressed = { ...placeOf(event), view: page.picture.scene.view, isMove: event.shiftKey }
    canvas.setPointerCapture(event.pointerId)
  })
  canvas.addEventListener('pointermove', (event) => {
    const { x, y } = placeOf(event)
    const { picture } = page
    if (pressed === undefined) return showTip(x, y)
    tip.hidden = true
    if (Math.abs(x - pressed.x) < CLICK_PX) return
    if (pressed.isMove) page.setView(moved(pressed.view, (pressed.x - x) / picture.scene.area.width))
    else picture.change({ drag: { from: picture.momentAt(pressed.x), to: picture.momentAt(x) } })
  })
  canvas.addEventListener('pointerup', (event) => {
    if (pressed === undefined) return
    const { x, y } = placeOf(event)
    const { picture } = page
    const { drag } = picture.scene
    const began = pressed
    pressed = undefined
    picture.change({ drag: undefined })
    if (drag !== undefined) page.setView(ranged(picture.scene.view, drag.from, drag.to))
    else if (Math.abs(x - began.x) < CLICK_PX && !began.isMove) {
      const row = requestAt(x, y, picture.scene)
      if (row >= 0) page.choose(row)
    }
  })
  canvas.addEventListener('pointercancel', () => {
    pressed = undefined
    page.picture.change({ drag: undefined })
  })
  canvas.addEventListener('pointerleave', () => (tip.hidden = true))
  canvas.addEventListener('dblclick', () => page.setView(wholeView(page.lifetime.endMs)))
  canvas.addEventListener(
    'wheel',
    (event) => {
      // Who only wants to go down the page must not be held here.
      if (!event.ctrlKey && !event.metaKey && document.activeElement !== canvas) return
      event.preventDefault()
      const { view } = page.picture.scene
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) page.setView(moved(view, event.deltaX / 600))
      else page.setView(zoomed(view, 1.0015 ** -event.deltaY, page.picture.momentAt(placeOf(event).x)))
    },
    { passive: false },
  )
  canvas.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const act = keyActions(page)[event.key]
    if (act === undefined) return
    event.preventDefault()
    act()
  })

  function showTip(x, y) {
    const { scene } = page.picture
    const row = requestAt(x, y, scene)
    const found = row < 0 ? itemAt(x, y, { ...scene, area: scene.laneArea }) : undefined
    const words = row < 0 ? itemWords(found) : requestWords(page, row)
    tip.hidden = words === undefined
    canvas.style.cursor = row < 0 ? 'crosshair' : 'pointer'
    if (words === undefined) return
    tip.textContent = words
    const room = canvas.clientWidth - tip.offsetWidth - 4
    tip.style.left = `${Math.max(0, Math.min(x + 12, room))}px`
    tip.style.top = `${y + 14}px`
  }
}

/** What the buttons and the keys do to the view. */
export function viewActions(page) {
  const change = (next) => () => page.setView(next(page.picture.scene.view))
  return {
    in: change((view) => zoomed(view, FACTOR)),
    out: change((view) => zoomed(view, 1 / FACTOR)),
    earlier: change((view) => moved(view, -STEP)),
    later: change((view) => moved(view, STEP)),
    whole: change((view) => wholeView(view.endMs)),
  }
}

function keyActions(page) {
  const view = viewActions(page)
  const next = () => page.step(1)
  const previous = () => page.step(-1)
  return {
    '+': view.in,
    '=': view.in,
    '-': view.out,
    ArrowLeft: view.earlier,
    ArrowRight: view.later,
    0: view.whole,
    Home: view.whole,
    n: next,
    p: previous,
    Enter: next,
    Escape: () => page.forget(),
  }
}

function requestWords({ lifetime: { requests }, texts }, row) {
  const sign = isFailed(requests.kind[row]) ? `${SIGNS[requests.kind[row]].name}: ` : ''
  return `${sign}request ${requests.id[row]}, ${texts[requests.outcome[row]]} after ${lengthWords(latencyOf(requests, row))}, at ${momentWords(requests.startedAt[row])}`
}

function itemWords(found) {
  if (found === undefined) return undefined
  const [from, to, , says] = found.item
  return `${found.lane}: ${says}, ${momentWords(from)}${to === null ? '' : ` to ${momentWords(to)}`}`
}
