-- From which months each series is forecast: the newest, and those before it whose errors tell how
-- wide its interval must be. The backtest puts other months here.

with serier as (
    select * from {{ ref('int_prognose__serier') }}
),

maal as (
    select * from {{ ref('int_resultatmaal') }}
),

seneste as (
    select
        serie_id,
        max(maaned_nr) as seneste_nr
    from serier
    group by serie_id
),

laengste as (
    select max({{ maaned_nr('maal_til') }}) as sidste_maal_nr from maal
),

med_horisont as (
    select
        seneste.serie_id,
        seneste.seneste_nr,
        -- The others have gone on for a quarter of a year without it.
        seneste.seneste_nr < max(seneste.seneste_nr) over () - 3 as er_ophoert,
        case
            when er_ophoert then 12
            else least(24, greatest(12, laengste.sidste_maal_nr - seneste.seneste_nr))
        end as horisont_til
    from seneste
    cross join laengste
),

bagud as (
    select
        *,
        unnest(range(0, case when er_ophoert then 1 else horisont_til + 12 end)) as trin
    from med_horisont
),

final as (
    select
        serie_id,
        cast(seneste_nr - trin as integer) as oprindelse_nr,
        cast(horisont_til as integer) as horisont_til,
        trin = 0 as udgives,
        er_ophoert
    from bagud
)

select * from final
