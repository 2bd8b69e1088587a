/** Height of a lane, with the room below it. */
export const LANE_HEIGHT = 20
const BAR_HEIGHT = 12

/** The lanes one below the other: bars for what lasts, signs for moments; each tone has a pattern of its own. */
export function drawLanes(context, { lanes, view, area, colours }) {
  const perMs = area.width / (view.to - view.from)
  for (const [index, { items }] of lanes.entries()) {
    const middle = area.top + index * LANE_HEIGHT + LANE_HEIGHT / 2
    context.strokeStyle = colours.line
    context.lineWidth = 1
    context.beginPath()
    context.moveTo(area.left, middle + LANE_HEIGHT / 2 - 0.5)
    context.lineTo(area.left + area.width, middle + LANE_HEIGHT / 2 - 0.5)
    context.stroke()
    for (const [row, [from, to, tone, says]] of items.entries()) {
      if ((to ?? from) < view.from || from > view.to) continue
      const x = area.left + (from - view.from) * perMs
      context.fillStyle = colours[tone]
      context.strokeStyle = colours[tone]
      if (to === null) {
        drawMoment(context, x, middle, tone)
        const next = row + 1 < items.length ? area.left + (items[row + 1][0] - view.from) * perMs : Infinity
        drawWords(context, says, x + 8, middle, Math.min(next - 8, area.left + area.width) - x - 8, colours.quiet)
      } else drawBar(context, { x, width: Math.max(2, (to - from) * perMs), middle, tone, says, area, colours })
    }
  }
}

function drawMoment(context, x, middle, tone) {
  context.lineWidth = 2
  context.beginPath()
  if (tone === 'bad') {
    context.moveTo(x - 4, middle - 4)
    context.lineTo(x + 4, middle + 4)
    context.moveTo(x + 4, middle - 4)
    context.lineTo(x - 4, middle + 4)
    context.stroke()
  } else if (tone === 'warn') {
    context.moveTo(x, middle - 5)
    context.lineTo(x + 5, middle + 4)
    context.lineTo(x - 5, middle + 4)
    context.fill()
  } else {
    context.arc(x, middle, 3, 0, 2 * Math.PI)
    context.fill()
  }
}

/** What happened, where there is room for it before the next. */
function drawWords(context, says, x, middle, room, colour) {
  if (room < 40) return
  context.save()
  context.beginPath()
  context.rect(x, middle - LANE_HEIGHT / 2, Math.min(room, 260), LANE_HEIGHT)
  context.clip()
  context.font = '10px system-ui, sans-serif'
  context.textAlign = 'left'
  context.textBaseline = 'middle'
  context.fillStyle = colour
  context.fillText(says, x, middle + 0.5)
  context.restore()
}

function drawBar(context, { x, width, middle, tone, says, area, colours }) {
  const left = Math.max(area.left, x)
  const shown = Math.min(area.left + area.width, x + width) - left
  if (shown <= 0) return
  const top = middle - BAR_HEIGHT / 2
  context.globalAlpha = tone === 'plain' ? 0.45 : 0.3
  context.fillRect(left, top, shown, BAR_HEIGHT)
  context.globalAlpha = 1
  context.lineWidth = 1
  context.strokeRect(left + 0.5, top + 0.5, Math.max(1, shown - 1), BAR_HEIGHT - 1)
  if (tone === 'bad') hatch(context, left, top, shown)
  if (shown < 40) return
  context.save()
  context.beginPath()
  context.rect(left, top, shown, BAR_HEIGHT)
  context.clip()
  context.font = '10px system-ui, sans-serif'
  context.textBaseline = 'middle'
  context.textAlign = 'left'
  const textWidth = Math.min(shown, context.measureText(says).width + 8)
  if (tone === 'bad') {
    context.fillStyle = colours.surface
    context.fillRect(left + 1, top + 1, textWidth - 2, BAR_HEIGHT - 2)
  }
  context.fillStyle = colours.text
  context.fillText(says, left + 4, middle + 0.5)
  context.restore()
}

/** What is bad is told by stripes, too. */
function hatch(context, left, top, width) {
  context.save()
  context.beginPath()
  context.rect(left, top, width, BAR_HEIGHT)
  context.clip()
  context.beginPath()
  for (let x = left - BAR_HEIGHT; x < left + width; x += 5) {
    context.moveTo(x, top + BAR_HEIGHT)
    context.lineTo(x + BAR_HEIGHT, top)
  }
  context.stroke()
  context.restore()
}
