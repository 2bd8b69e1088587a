// Defect: whatever it is asked, its probes included, takes one of eight places, and whoever waits for the stock keeps his.
import { sail } from './base.ts'
import { answerFromStock, watchStock } from './stock-client.ts'

let places = 8
const waiting: (() => void)[] = []

async function inPlace<T>(work: () => T | Promise<T>): Promise<T> {
  if (places > 0) places--
  else await new Promise<void>((resolve) => waiting.push(resolve))
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next === undefined) places++
    else next()
  }
}

await sail({
  watch: watchStock,
  isAlive: () => inPlace(() => true),
  handle: (request, response, ship) => inPlace(() => answerFromStock(request, response, ship)),
})
