import { Picture } from './canvas.js'
import { drawCharts } from './charts.js'
import { readColours, startThemes } from './colours.js'
import { showDetails } from './details.js'
import { fillLegend, isFailed } from './dots.js'
import { startHands, viewActions } from './hands.js'
import { fillEvents, fillFailed } from './tables.js'
import { element, momentWords } from './texts.js'
import { unpack } from './unpack.js'
import { firstNotBelow, ranged, wholeView } from './view.js'

const byId = (id) => document.getElementById(id)

/** The page of a run: one lifetime at a time, and the moment that a link of a verdict means. */
class Page {
  picture = new Picture(byId('canvas'))
  lifetime
  texts
  #lifetimes
  #chosen = -1
  #charting = 0

  constructor({ texts, lifetimes }) {
    this.texts = texts
    this.#lifetimes = lifetimes
    this.#fillChoice()
    startHands(byId('canvas'), byId('tip'), this)
    const actions = viewActions(this)
    const buttons = { 'zoom-in': 'in', 'zoom-out': 'out', earlier: 'earlier', later: 'later', reset: 'whole' }
    for (const [id, action] of Object.entries(buttons)) byId(id).addEventListener('click', actions[action])
    byId('lifetime').addEventListener('change', ({ target }) => this.show(Number(target.value)))
    addEventListener('hashchange', () => this.follow(location.hash))
    // A link that was followed already changes no hash: it is followed again all the same.
    document.addEventListener('click', ({ target }) => {
      const link = target.closest?.('a[href^="#seen="]')
      if (link !== null && link?.getAttribute('href') === location.hash) this.follow(location.hash)
    })
  }

  #fillChoice() {
    for (const [voyage, lifetimes] of Map.groupBy(this.#lifetimes, (lifetime) => lifetime.voyage)) {
      const group = element('optgroup', undefined, { label: voyage })
      for (const { id, label, attempt, requests } of lifetimes) {
        const failed = requests.kind.filter(isFailed).length
        const words = `${label}${attempt > 1 ? `, attempt ${attempt}` : ''}${failed > 0 ? ` \u00b7 ${failed} failed` : ''}`
        group.append(element('option', words, { value: id }))
      }
      byId('lifetime').append(group)
    }
  }

  /** Draws a lifetime, the whole of it. */
  show(id) {
    this.lifetime = this.#lifetimes.find((each) => each.id === id) ?? this.#lifetimes[0]
    byId('lifetime').value = String(this.lifetime.id)
    this.#chosen = -1
    const { settings, left, startedAtUnixMs } = this.lifetime
    const began = `Began ${new Date(startedAtUnixMs).toISOString().slice(11, 23)} UTC`
    byId('settings').textContent = [began, ...settings, ...left.map((what) => `not shown: ${what}`)].join(' \u00b7 ')
    this.picture.show(this.lifetime, wholeView(this.lifetime.endMs), readColours())
    this.setView(wholeView(this.lifetime.endMs))
    this.#say('Choose a request to see what became of it, with the spans of its trace.')
    fillLegend(byId('legend'), this.lifetime.requests, this.picture.scene.colours, element)
    byId('failed').hidden =
      fillFailed(byId('failed-table'), { ...this.#parts(), choose: (row) => this.choose(row, true) }) === 0
    fillEvents(byId('events-table'), { ...this.#parts(), goTo: (from, to) => this.goTo(from, to) })
  }

  setView(view) {
    this.picture.change({ view })
    byId('range').textContent = `${momentWords(view.from)} to ${momentWords(view.to)}`
    if (this.#charting !== 0) return
    this.#charting = requestAnimationFrame(() => {
      this.#charting = 0
      drawCharts(this.lifetime, this.picture.scene.view)
    })
  }

  /** Shows what became of a request. `isFar`: it was chosen elsewhere on the page, so the timeline comes into sight. */
  choose(row, isFar = false) {
    this.#chosen = row
    this.picture.change({ chosen: [row] })
    showDetails(byId('details'), this.#parts(), row)
    const at = this.lifetime.requests.startedAt[row]
    const { view } = this.picture.scene
    if (at < view.from || at > view.to)
      this.setView(ranged(view, at - (view.to - view.from) / 2, at + (view.to - view.from) / 2))
    if (isFar) this.#come()
  }

  /** The request after or before the one that is chosen; the first in view when none is. */
  step(by) {
    const { startedAt } = this.lifetime.requests
    const { view } = this.picture.scene
    const next = this.#chosen < 0 ? firstNotBelow(startedAt, view.from) : this.#chosen + by
    if (next >= 0 && next < startedAt.length) this.choose(next)
  }

  forget() {
    this.#chosen = -1
    this.picture.change({ chosen: [], marked: undefined })
    this.#say('Choose a request to see what became of it, with the spans of its trace.')
  }

  /** A moment with what is around it. */
  goTo(from, to) {
    const room = Math.max(50, (to - from) * 0.5)
    this.picture.change({ marked: { from, to } })
    this.setView(ranged(wholeView(this.lifetime.endMs), from - room, to + room))
    this.#come()
  }

  /** `#seen=3,1204.2,1310,12+14`: what a verdict was seen in. */
  follow(hash) {
    const seen = /^#seen=(\d+),(-?[\d.]+),(-?[\d.]+),([\d+]*)$/.exec(decodeURIComponent(hash))
    if (seen === null) return
    const [, id, from, to, ids] = seen
    if (!this.#lifetimes.some((each) => each.id === Number(id))) return
    this.show(Number(id))
    const wanted = new Set(ids.split('+').filter(Boolean).map(Number))
    const rows = this.lifetime.requests.id.flatMap((requestId, row) => (wanted.has(requestId) ? [row] : []))
    const moments = rows.map((row) => this.lifetime.requests.startedAt[row])
    this.goTo(Math.min(Number(from), ...moments), Math.max(Number(to), ...moments))
    if (rows.length > 0) this.choose(rows[0])
    this.picture.change({ chosen: rows, marked: { from: Number(from), to: Number(to) } })
  }

  /** The colours of the theme have changed. */
  recolour() {
    if (this.lifetime === undefined) return
    this.picture.scene.colours = readColours()
    this.picture.fit()
    fillLegend(byId('legend'), this.lifetime.requests, this.picture.scene.colours, element)
  }

  #parts() {
    return { lifetime: this.lifetime, texts: this.texts }
  }

  #say(words) {
    byId('details').replaceChildren(element('p', words, { class: 'quiet' }))
  }

  #come() {
    byId('timeline').scrollIntoView({ block: 'start' })
    byId('timeline-title').focus({ preventScroll: true })
  }
}

let page
startThemes(byId('theme'), () => page?.recolour())

if (byId('drawn') !== null) {
  try {
    const data = await unpack(byId('data'))
    byId('drawn').hidden = false
    page = new Page(data)
    page.show(data.lifetimes.find(({ requests }) => requests.kind.some(isFailed))?.id)
    page.follow(location.hash)
    document.documentElement.dataset.drawn = 'yes'
  } catch (error) {
    byId('problem').hidden = false
    byId('problem').textContent = `The timeline can't be drawn: ${error.message} (a browser of 2024 or newer is needed)`
  }
}
