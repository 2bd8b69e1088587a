import type { Duration } from '../core/duration.ts'

/** When a fault ends by itself. Without either it lasts until another, or none, is set. */
export interface FaultEnd {
  /** After this time the receiver is healthy again: 1 ms to a day. */
  readonly lasts?: Duration
}

/** When a fault that requests meet ends by itself. */
export interface RequestFaultEnd extends FaultEnd {
  /** After so many requests have met it, the receiver is healthy again: 1 to 1_000_000. */
  readonly requests?: number
}

/** What becomes of the telemetry in a request whose sender never learns that it arrived. */
export interface LostAnswer {
  /**
   * Takes the request in all the same: only its answer is lost, and whoever sends it again sends it twice. Counted in
   * `counts.lostAnswers`.
   *
   * @default false: nothing is stored, as by a collector that failed before it had done its work
   */
  readonly stores?: boolean
}

/** Answers late: a collector under load. */
export interface SlowFault extends RequestFaultEnd, LostAnswer {
  readonly kind: 'slow'
  /** From the end of each request to its answer: 1 ms to a day. What the sender gave up meanwhile is stored only with `stores`. */
  readonly delay: Duration
}

/** Nothing listens: connections are refused, and those that were open are closed. The port is kept for the return. */
export interface RefuseFault extends FaultEnd {
  readonly kind: 'refuse'
}

/** Takes connections and requests, and never answers: a process that hangs. */
export interface BlackholeFault extends RequestFaultEnd, LostAnswer {
  readonly kind: 'blackhole'
  /**
   * `request`: HTTP is spoken up to the answer. `connection`: new connections are read and not a byte is said on them, not
   * even what HTTP/2 begins with.
   *
   * @default "request"
   */
  readonly at?: 'request' | 'connection'
}

/**
 * Connections never come about: a firewall that drops, a host that is gone. Real, on Linux: the accept queue is full, so
 * the kernel ignores whoever wants to connect. Those that were open are closed.
 */
export interface SynBlackholeFault extends FaultEnd {
  readonly kind: 'syn-blackhole'
}

/** Cuts the connection hard (RST), with every request that is on it. */
export interface ResetFault extends RequestFaultEnd, LostAnswer {
  readonly kind: 'reset'
  /**
   * `connection`: as soon as it is open. `headers`: when those of a request are there. `body`: after the first bytes of the
   * body. `answer`: when the request is complete, in place of the answer. `half-answer`: in the middle of the answer.
   * `stores` is for the last two.
   *
   * @default "answer"
   */
  readonly at?: 'connection' | 'headers' | 'body' | 'answer' | 'half-answer'
}

/** Answers with an error. */
export interface StatusFault extends RequestFaultEnd, LostAnswer {
  readonly kind: 'status'
  /** 400 to 599. @default 503 */
  readonly httpStatus?: number
  /** 1 to 16. @default 14, UNAVAILABLE */
  readonly grpcCode?: number
  /** @default "Refused" */
  readonly message?: string
  /** Sent as `Retry-After` over HTTP and as `RetryInfo` in the status: up to a day. @default not said */
  readonly retryAfter?: Duration
  /** How `Retry-After` says it: whole seconds, rounded up, or a date. @default "seconds" */
  readonly retryAfterForm?: 'seconds' | 'date'
}

/** Answers that some items were rejected ("partial success"). The whole request is stored all the same. */
export interface PartialFault extends RequestFaultEnd {
  readonly kind: 'partial'
  /** How many items of each request, or all when it has fewer: 0 to 1_000_000; 0 is a warning. Either this or `share`. */
  readonly rejected?: number
  /** Which share of the items of each request, rounded up: 0 to 1. */
  readonly share?: number
  /** @default "Rejected by the fault of the receiver" */
  readonly message?: string
}

/** Answers with success that is none. */
export interface GarbageFault extends RequestFaultEnd, LostAnswer {
  readonly kind: 'garbage'
  /**
   * `message`: well-formed HTTP or gRPC around bytes that are no OTLP. `frame`: an answer that says it is longer than it is
   * (Content-Length over HTTP/1.1, the prefix of the message in gRPC). `protocol`: bytes that are no HTTP at all.
   *
   * @default "message"
   */
  readonly at?: 'message' | 'frame' | 'protocol'
}

/**
 * Ends the connection in the orderly way while a request is on it: GOAWAY. Over HTTP/1.1, which has no such thing, a request
 * is answered with `Connection: close`, or the connection is closed in place of an answer.
 */
export interface GoawayFault extends RequestFaultEnd {
  readonly kind: 'goaway'
  /**
   * `answered`: the last stream is that of the request, which is served. `refused`: the last stream lies before it; it is not
   * processed, and may be sent again on a new connection without being sent twice.
   *
   * @default "answered"
   */
  readonly request?: 'answered' | 'refused'
}

/** Answers byte by byte. Over HTTP/1.1 the whole answer, over HTTP/2 its body. */
export interface TrickleFault extends RequestFaultEnd {
  readonly kind: 'trickle'
  /** Between two bytes: 1 ms to an hour. @default "1s" */
  readonly every?: Duration
}

/** Closes a connection that has served a request when the next one arrives on it: the race that every keep-alive has. */
export interface CutFault extends RequestFaultEnd {
  readonly kind: 'cut'
}

/** Every fault that stays as it is. */
export type SteadyFault =
  | SlowFault
  | RefuseFault
  | BlackholeFault
  | SynBlackholeFault
  | ResetFault
  | StatusFault
  | PartialFault
  | GarbageFault
  | GoawayFault
  | TrickleFault
  | CutFault

/** Is there and not there in turns, beginning with the fault. */
export interface FlapFault extends FaultEnd {
  readonly kind: 'flap'
  /** What is there at times; without an end of its own. */
  readonly fault: SteadyFault
  /** How long it is there: 1 ms to a day. */
  readonly faulty: Duration
  /** How long it is not: 1 ms to a day. @default as long as it is there */
  readonly healthy?: Duration
}

/** A way in which the receiver fails, as a plain value: it can be written in JSON, compared and passed on. */
export type Fault = SteadyFault | FlapFault

/** What a fault is called. */
export type FaultKind = Fault['kind']
