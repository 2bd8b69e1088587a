// Defect: it takes 150 connections and no more, and nothing sends those away that never say what they want.
import { sail } from './base.ts'

await sail({
  also({ server }) {
    server.maxConnections = 150
  },
})
