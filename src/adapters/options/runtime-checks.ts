// What checks the options of the runtime itself: no promise to anybody outside, so it has no place in the public face.
export { describeKind, OptionReader } from '../../core/option-reader.ts'
export { type AttachKind, checkApplication, checkAttach, hasMethods } from '../../service/attach-options.ts'
export { isServer } from '../../service/to-application.ts'
