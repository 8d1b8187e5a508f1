import { Labels } from '../../labels/labels.ts'
import { argument, mapFloats, scalarSeries, type VectorFunction } from './vector-function.ts'

const PARTS: Readonly<Record<string, (date: Date) => number>> = {
  year: (date) => date.getUTCFullYear(),
  month: (date) => date.getUTCMonth() + 1,
  day_of_month: (date) => date.getUTCDate(),
  day_of_week: (date) => date.getUTCDay(),
  day_of_year: (date) => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1,
  days_in_month: (date) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate(),
  hour: (date) => date.getUTCHours(),
  minute: (date) => date.getUTCMinutes(),
}

/** Of the argument's values as Unix seconds (UTC), or of the evaluation time. */
export const DATE_FUNCTIONS: readonly (readonly [string, VectorFunction])[] = Object.entries(PARTS).map(
  ([name, part]): [string, VectorFunction] => {
    const ofSeconds = (seconds: number) => part(new Date(Math.trunc(seconds) * 1000))
    return [
      name,
      async (call) =>
        call.node.args.length === 0
          ? scalarSeries(call.timeline, (step) => ofSeconds(call.timeline.at(step) / 1000), Labels.empty)
          : mapFloats(call, await argument(call, 0), ofSeconds),
    ]
  },
)
