// Defect: its log is prose, over several lines.
import { pathOf, sail } from './base.ts'

await sail({
  log: (request) =>
    void process.stdout.write(`Sold something at ${pathOf(request)}\n  to somebody, ${String(new Date())}\n`),
})
