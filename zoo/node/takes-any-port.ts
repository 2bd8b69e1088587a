// Defect: takes its default when the port that it was told is none.
import { sail } from './base.ts'

await sail({ port: () => Number(process.env['PORT']) || 18_437 })
