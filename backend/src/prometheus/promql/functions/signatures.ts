import type { ValueType } from '../ast.ts'

export type FunctionSignature = {
  readonly name: string
  readonly args: readonly ValueType[]
  /** 0: exactly `args`; n: the last argument 0..n times; -1: the last argument any number of times. */
  readonly variadic: number
  readonly returns: ValueType
  readonly experimental: boolean
}

type Options = { variadic?: number; experimental?: boolean }

const signatures = new Map<string, FunctionSignature>()

function define(names: string, args: readonly ValueType[], returns: ValueType, options: Options = {}): void {
  for (const name of names.split(' ')) {
    signatures.set(name, {
      name,
      args,
      returns,
      variadic: options.variadic ?? 0,
      experimental: options.experimental ?? false,
    })
  }
}

const EXPERIMENTAL = { experimental: true }

define('abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor', ['vector'], 'vector')
define('ln log10 log2 rad sgn sin sinh sort sort_desc sqrt tan tanh timestamp', ['vector'], 'vector')
define('histogram_avg histogram_count histogram_sum histogram_stddev histogram_stdvar', ['vector'], 'vector')
define('start_timestamp', ['vector'], 'vector', EXPERIMENTAL)
define('days_in_month day_of_month day_of_week day_of_year hour minute month year', ['vector'], 'vector', {
  variadic: 1,
})
define('absent_over_time avg_over_time changes count_over_time delta deriv first_over_time', ['matrix'], 'vector')
define('idelta increase irate last_over_time max_over_time min_over_time present_over_time', ['matrix'], 'vector')
define('rate resets stddev_over_time stdvar_over_time sum_over_time', ['matrix'], 'vector')
define('mad_over_time ts_of_first_over_time ts_of_last_over_time', ['matrix'], 'vector', EXPERIMENTAL)
define('ts_of_max_over_time ts_of_min_over_time', ['matrix'], 'vector', EXPERIMENTAL)
define('quantile_over_time', ['scalar', 'matrix'], 'vector')
define('predict_linear', ['matrix', 'scalar'], 'vector')
define('double_exponential_smoothing', ['matrix', 'scalar', 'scalar'], 'vector', EXPERIMENTAL)
define('clamp', ['vector', 'scalar', 'scalar'], 'vector')
define('clamp_max clamp_min', ['vector', 'scalar'], 'vector')
define('round', ['vector', 'scalar'], 'vector', { variadic: 1 })
define('scalar', ['vector'], 'scalar')
define('vector', ['scalar'], 'vector')
define('time pi', [], 'scalar')
define('start end step range', [], 'scalar', EXPERIMENTAL)
define('max_of min_of', ['scalar', 'scalar'], 'scalar', EXPERIMENTAL)
define('histogram_quantile', ['scalar', 'vector'], 'vector')
define('histogram_quantiles', ['vector', 'string', 'scalar', 'scalar'], 'vector', { variadic: 9, experimental: true })
define('histogram_fraction', ['scalar', 'scalar', 'vector'], 'vector')
define('label_replace', ['vector', 'string', 'string', 'string', 'string'], 'vector')
define('label_join', ['vector', 'string', 'string', 'string'], 'vector', { variadic: -1 })
define('sort_by_label sort_by_label_desc', ['vector', 'string'], 'vector', { variadic: -1, experimental: true })
define('info', ['vector', 'vector'], 'vector', { variadic: 1, experimental: true })

export function functionSignature(name: string): FunctionSignature | undefined {
  return signatures.get(name)
}
