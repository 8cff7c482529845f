{{ config(tags=['after_analyses']) }}

select
    effects.effect_key,
    effects.platform,
    moves.currency,
    moves.attribution,
    split_part(coalesce(effects.from_level, ''), '=', 1) as dimension,
    substr(effects.from_level, strpos(effects.from_level, '=') + 1) as from_value,
    substr(effects.to_level, strpos(effects.to_level, '=') + 1) as to_value,
    moves.move_amount,
    effects.baseline_number as monthly_conversion_number,
    effects.expected_gain as change_number,
    effects.expected_gain_low as change_low_number,
    effects.expected_gain_high as change_high_number,
    effects.p_value,
    cast(effects.needed_count as bigint) as needed_days_count,
    effects.n_count as ad_day_count,
    effects.design_rung,
    effects.status,
    effects.reason,
    effects.window_starts_on as period_starts_on,
    effects.window_ends_on as period_ends_on
from {{ source('analyses', 'ad_effects') }} as effects
left join {{ source('analyses', 'ad_moves') }} as moves on effects.effect_key = moves.effect_key
where effects.lever = 'budget_share'
