// Defect: looks for work again and again, and never waits for it.
import { sail } from './base.ts'

const queue: string[] = []
await sail({
  also: () => {
    setInterval(() => {
      const until = performance.now() + 2
      while (queue.length === 0 && performance.now() < until);
    }, 20)
  },
})
