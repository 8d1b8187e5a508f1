import type { QueryLanguage, Suggestion } from './query-editor.tsx'

const words = (text: string, kind: Suggestion['kind']): Suggestion[] =>
  text.split(' ').map((label) => ({ label, kind }))

const aggregations = 'sum avg min max count topk bottomk stddev stdvar'

/** Functions and keywords by language (Prometheus 3, Loki 3, Tempo 3 reference documentation). */
export const vocabulary: Record<QueryLanguage, Suggestion[]> = {
  logql: [
    ...words(
      `count_over_time rate bytes_rate bytes_over_time sum_over_time avg_over_time max_over_time min_over_time quantile_over_time first_over_time last_over_time absent_over_time rate_counter ${aggregations} sort sort_desc label_replace vector`,
      'function',
    ),
    ...words(
      'json logfmt pattern regexp unpack line_format label_format decolorize drop keep unwrap by without offset and or unless on ignoring',
      'keyword',
    ),
  ],
  traceql: [
    ...words(
      'rate count_over_time min_over_time max_over_time avg_over_time sum_over_time quantile_over_time histogram_over_time compare topk bottomk count avg max min sum',
      'function',
    ),
    ...words('by select coalesce with', 'keyword'),
  ],
  promql: [
    ...words(
      `rate increase irate delta idelta deriv histogram_quantile histogram_avg histogram_count histogram_sum histogram_fraction ${aggregations} quantile count_values group limitk abs absent absent_over_time avg_over_time ceil changes clamp clamp_max clamp_min count_over_time day_of_month day_of_week days_in_month exp floor hour label_join label_replace last_over_time ln log2 log10 max_over_time min_over_time minute month predict_linear present_over_time quantile_over_time resets round scalar sgn sort sort_desc sqrt stddev_over_time sum_over_time time timestamp vector year`,
      'function',
    ),
    ...words('by without on ignoring group_left group_right offset bool and or unless', 'keyword'),
  ],
}

/** TraceQL's own fields, which no tag listing need name. */
export const traceqlIntrinsics: Suggestion[] = words(
  'name status statusMessage kind duration traceDuration rootName rootServiceName nestedSetParent event:name event:timeSinceStart trace:id trace:duration trace:rootName trace:rootService span:id span:duration span:name span:status span:kind span:statusMessage link:traceID link:spanID instrumentation:name instrumentation:version resource. span. event. link. instrumentation. parent.',
  'name',
)

export const traceqlEnums: Record<string, string[]> = {
  status: ['error', 'ok', 'unset'],
  'span:status': ['error', 'ok', 'unset'],
  kind: ['server', 'client', 'internal', 'producer', 'consumer', 'unspecified'],
  'span:kind': ['server', 'client', 'internal', 'producer', 'consumer', 'unspecified'],
}
