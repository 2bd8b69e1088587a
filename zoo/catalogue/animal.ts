/** A tiny service that is in the zoo for one defect, or for none: what it is, and which trial has to catch it. */
export interface Animal {
  /** Unique in the zoo: `node-exits-at-once`. */
  readonly name: string
  readonly language: 'javascript' | 'typescript' | 'go' | 'python' | 'java' | 'shell'
  /** Where it is started, relative to the repository. @default zoo */
  readonly folder?: string
  /** What the service is, relative to that folder: it must exist. */
  readonly file: string
  /** How it is started; nothing where a `seaworthy.trial.yaml` in its folder says it. */
  readonly command: readonly string[]
  /** Variables for `seaworthy trial` and everything that it starts. */
  readonly env?: Readonly<Record<string, string>>
  /** A program that has to be on the path beside Node, and the command that builds it, when there is one. */
  readonly requires?: string
  /** Run before, in the folder `zoo/`, without a shell: `go build …`. Once for each run of the zoo. */
  readonly build?: readonly string[]
  /** Flags of `seaworthy trial`: what a user of such a service would declare. */
  readonly needs: readonly string[]
  /** The defect in one sentence; absent of a golden one. */
  readonly defect?: string
  /** The id of the trial that has to catch it; absent of a golden one. */
  readonly caughtBy?: string
  /** Trials that fail, too, and rightly: the defect shows there as well. */
  readonly alsoCaughtBy?: readonly string[]
  /** The name of the animal that has no defect and differs by nothing else; a golden one has none. */
  readonly twin?: string
  /** Of a golden one: trials that have nothing to try there, each with the reason. */
  readonly reviewedSkips?: Readonly<Record<string, string>>
  /** Of a golden one: every other trial has to pass, and none may be unable to tell. */
  readonly isExact?: boolean
}

export function isGolden(animal: Animal): boolean {
  return animal.caughtBy === undefined
}
