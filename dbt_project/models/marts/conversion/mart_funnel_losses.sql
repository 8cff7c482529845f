{{ config(tags=['after_analyses']) }}

with signs as (
    select
        effect_key,
        max(state) as sign_state
    from {{ source('analyses', 'funnel_effect_checks') }}
    where check_name = 'sign_agreement'
    group by effect_key
)

select
    effects.effect_key,
    split_part(effects.effect_key, '/', 6) as funnel,
    effects.outcome as step_name,
    split_part(effects.from_level, '=', 1) as dimension,
    substr(effects.from_level, strpos(effects.from_level, '=') + 1) as dimension_value,
    substr(effects.to_level, strpos(effects.to_level, '=') + 1) as best_value,
    effects.baseline_number as own_rate,
    effects.effect as gap_rate,
    effects.ci_low as gap_low_rate,
    effects.ci_high as gap_high_rate,
    effects.effect_shrunk as shrunk_gap_rate,
    effects.eligible_monthly_count as monthly_people_number,
    effects.expected_gain as loss_people_number,
    effects.expected_gain_low as loss_people_low_number,
    effects.expected_gain_high as loss_people_high_number,
    effects.p_value,
    case signs.sign_state when 'pass' then true when 'fail' then false end as has_same_sign,
    cast(effects.needed_count as bigint) as needed_people_count,
    effects.n_count as people_count,
    effects.design_rung,
    effects.status,
    effects.reason,
    effects.window_starts_on as period_starts_on,
    effects.window_ends_on as period_ends_on
from {{ source('analyses', 'funnel_effects') }} as effects
left join signs on effects.effect_key = signs.effect_key
