import type { Stage } from './stage.ts'

// ANSI escape sequences; the expression is the one Loki uses (https://github.com/acarl005/stripansi).
const ansi =
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  /[\u001B\u009B][[\]()#;?]*(?:(?:(?:[a-zA-Z\d]*(?:;[a-zA-Z\d]*)*)?\u0007)|(?:(?:\d{1,4}(?:;\d{0,4})*)?[\dA-PRZcf-ntqry=><~]))/g

/** `| decolorize` */
export class DecolorizeStage implements Stage {
  readonly requiredLabels: readonly string[] = []

  process(line: string): string {
    return line.replace(ansi, '')
  }
}
