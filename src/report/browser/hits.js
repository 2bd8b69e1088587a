import { heightOf, isFailed, latencyOf } from './dots.js'
import { LANE_HEIGHT } from './lanes.js'
import { firstNotBelow } from './view.js'

const REACH_PX = 9

/** The request nearest to a point, if one is near; of several at the same place one that failed. -1: none. */
export function requestAt(x, y, { requests, view, scale, area }) {
  const perMs = area.width / (view.to - view.from)
  const at = view.from + (x - area.left) / perMs
  const reachMs = REACH_PX / perMs
  let best = -1
  let nearest = REACH_PX
  for (let row = firstNotBelow(requests.startedAt, at - reachMs); row < requests.id.length; row++) {
    if (requests.startedAt[row] > at + reachMs) break
    const across = (requests.startedAt[row] - at) * perMs
    const down = area.top + area.height * (1 - heightOf(scale, latencyOf(requests, row))) - y
    // What failed is what people look for.
    const distance = Math.hypot(across, down) - (isFailed(requests.kind[row]) ? 3 : 0)
    if (distance >= nearest) continue
    nearest = distance
    best = row
  }
  return best
}

/** What is on a lane at a point: the last that was drawn there. */
export function itemAt(x, y, { lanes, view, area }) {
  const lane = lanes[Math.floor((y - area.top) / LANE_HEIGHT)]
  if (lane === undefined || x < area.left || x > area.left + area.width) return undefined
  const perMs = area.width / (view.to - view.from)
  const at = view.from + (x - area.left) / perMs
  const reachMs = REACH_PX / perMs
  const moment = lane.items.findLast(([from, to]) => to === null && Math.abs(from - at) <= reachMs)
  const item =
    moment ?? lane.items.findLast(([from, to]) => to !== null && from <= at + reachMs / 3 && to >= at - reachMs / 3)
  return item === undefined ? undefined : { lane: lane.name, item }
}
