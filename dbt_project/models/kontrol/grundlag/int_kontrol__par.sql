{{ config(materialized='table') }}
-- A month beside the month before, one row a series and month: rank correlation (F8), share of
-- equal values and distance (F16), movement of all together (F6). `er_dom`: the judged values;
-- else what was known, which is the history.

with historik as (
    select * from {{ ref('int_kontrol__historik') }}
),

med_foer as (
    select
        *,
        case
            when lag(periode_nr) over raekke = periode_nr - 1 and not coalesce(er_efter_brud, false)
                then lag(kendt) over raekke
        end as foer,
        bool_or(doemmes) over (partition by scenarie, serie_id, periode_nr) as maaned_doemmes
    from historik
    window raekke as (partition by scenarie, serie_id, raekke_nr order by periode_nr)
),

par as (
    select
        scenarie,
        serie_id,
        periode_nr,
        serie_median,
        er_tal,
        false as er_dom,
        kendt as nu,
        foer
    from med_foer
    where kendt is not null and foer is not null
    union all
    select
        scenarie,
        serie_id,
        periode_nr,
        serie_median,
        er_tal,
        true as er_dom,
        vaerdi as nu,
        foer
    from med_foer
    where maaned_doemmes and vaerdi is not null and foer is not null
),

-- Number smaller minus number greater: ties get the same, and its correlation is Spearman's.
rangeret as (
    select
        *,
        rank() over (partition by scenarie, serie_id, periode_nr, er_dom order by nu)
        - rank() over (partition by scenarie, serie_id, periode_nr, er_dom order by nu desc)
            as rang_nu,
        rank() over (partition by scenarie, serie_id, periode_nr, er_dom order by foer)
        - rank() over (partition by scenarie, serie_id, periode_nr, er_dom order by foer desc)
            as rang_foer
    from par
),

final as (
    select
        scenarie,
        serie_id,
        periode_nr,
        er_dom,
        any_value(serie_median) as serie_median,
        any_value(er_tal) as er_tal,
        count(*) as kommuner,
        avg(cast(nu = foer as integer)) as andel_ens,
        {{ kolonneafstand('nu', 'foer', 'er_tal') }} as afstand,
        -- Percents have no sum.
        case
            when any_value(er_tal) and sum(nu) > 0 and sum(foer) > 0 then sum(nu) / sum(foer)
        end as bevaegelse,
        -- Whole numbers that sum to 0: the same to the last digit in whatever order they come.
        sum(rang_nu * rang_foer)
        / nullif(sqrt(sum(rang_nu * rang_nu) * sum(rang_foer * rang_foer)), 0) as rho
    from rangeret
    group by scenarie, serie_id, periode_nr, er_dom
)

select * from final
