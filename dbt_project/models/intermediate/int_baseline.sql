with maal as (
    select * from {{ ref('int_resultatmaal') }}
    where baseline_art is not null
),

maaneder as (
    select * from {{ ref('int_indikator_maaneder') }}
),

samlet as (
    select
        maal.plan_id,
        maal.maal_nr,
        max(maal.decimaler) as decimaler,
        max(date_diff('month', maal.baseline_fra, maal.baseline_til) + 1) as antal_maaneder,
        sum(maaneder.vaerdi) as sum_vaerdi,
        {{ samlet_status(
            'maaneder.status',
            "max(date_diff('month', maal.baseline_fra, maal.baseline_til) + 1)"
        ) }} as baseline_status,
        coalesce(bool_or(maaneder.er_syntetisk), false) as er_syntetisk
    from maal
    left join maaneder
        on
            maal.indikator_id = maaneder.indikator_id
            and maal.kommune_kode = maaneder.kommune_kode
            and maaneder.maaned between maal.baseline_fra and maal.baseline_til
    group by maal.plan_id, maal.maal_nr
),

final as (
    select
        plan_id,
        maal_nr,
        case
            when baseline_status = 'A'
                then {{ kvotient_halvt_op('sum_vaerdi', 'antal_maaneder', 'decimaler') }}
        end as baseline_beregnet,
        baseline_status,
        er_syntetisk
    from samlet
)

select * from final
