import { defineTopics } from '../command.ts'
import { configExplainTopic } from '../topics/config-explain.ts'
import { configValidateTopic } from '../topics/config-validate.ts'

export default defineTopics({
  id: 'config',
  summary: 'Check a configuration, and explain where each of its values comes from.',
  description: 'Checks a configuration before a service starts with it, or shows the one that a running service has.',
  topics: [configExplainTopic, configValidateTopic],
})
