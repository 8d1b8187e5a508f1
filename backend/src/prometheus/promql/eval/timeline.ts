/** The times a query is evaluated at: `startMs`, then every `stepMs` up to `endMs`. An instant query has one. */
export class Timeline {
  readonly startMs: number
  readonly endMs: number
  readonly stepMs: number
  readonly length: number

  constructor(startMs: number, endMs: number, stepMs: number) {
    this.startMs = startMs
    this.endMs = endMs
    this.stepMs = Math.max(stepMs, 1)
    this.length = endMs < startMs ? 0 : Math.floor((endMs - startMs) / this.stepMs) + 1
  }

  static instant(atMs: number): Timeline {
    return new Timeline(atMs, atMs, 1)
  }

  at(step: number): number {
    return this.startMs + step * this.stepMs
  }

  get lastMs(): number {
    return this.at(this.length - 1)
  }

  /** A range that has room for one step only is still a range. */
  get isInstant(): boolean {
    return this.endMs === this.startMs
  }
}
