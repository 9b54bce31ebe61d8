with planer as (
    select * from {{ ref('planer') }}
),

kommuner as (
    select * from {{ ref('dim_kommune') }}
),

final as (
    select
        planer.plan_id,
        planer.plan_titel,
        planer.kommune_kode,
        kommuner.kommune_navn,
        planer.periode_fra,
        planer.periode_til,
        planer.er_eksempel = 'ja' as er_eksempel,
        planer.oversigt_slut,
        planer.bemaerkning
    from planer
    inner join kommuner
        on planer.kommune_kode = kommuner.kommune_kode
)

select * from final
order by plan_id
