import { defineTopics } from '../command.ts'
import { budgetTopic } from '../topics/budget.ts'

export default defineTopics({
  id: 'explain',
  summary: 'Explain what a service has worked out, and where each number came from.',
  description: 'Shows what a service works out at its boot, where each number came from, and what to change.',
  topics: [budgetTopic],
})
