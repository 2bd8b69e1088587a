/**
 * `seaworthy/problem`: errors as answers, `application/problem+json` of RFC 9457. Loaded only by who imports it, and by
 * the first error.
 *
 * @module
 */
export { HttpProblem, type HttpProblemOptions, isHttpProblem } from '../server/problem/http-problem.ts'
export { problemOf } from '../server/problem/problem-of.ts'
export type { Problem } from '../server/problem/problem.ts'
export { type AnyIncoming, type AnyOutgoing, answerProblem, problemAnswer } from '../server/problem/answer-problem.ts'
export { problemMembers, type ProblemAnswer } from '../server/problem/problem-answer.ts'
export { type Failure, type FailureOutcome, reportFailure } from '../server/problem/report-failure.ts'
export { tellsOfLeaving } from '../server/problem/client-left.ts'
export { SUPERSEDED_HEADERS } from '../server/problem/send-problem.ts'
export { answerErrors } from '../server/request-boundary.ts'
