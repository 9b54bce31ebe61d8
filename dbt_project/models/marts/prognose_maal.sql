-- Each mål's figure for its whole target period, and how probable it is to reach the target.

with maal as (
    select * from {{ ref('int_resultatmaal') }}
),

serier as (
    select * from {{ ref('int_prognose__serier') }}
),

prognose as (
    select * from {{ ref('prognose') }}
    where serie_art = 'indikator'
),

kalender as (
    select
        plan_id,
        maal_nr,
        indikator_id,
        kommune_kode,
        cast(unnest(generate_series(maal_fra, maal_til, interval 1 month)) as date) as maaned
    from maal
    where indikator_id is not null
),

oprindelser as (
    select distinct
        serie_id,
        kommune_kode,
        prognose_fra
    from prognose
),

-- A month is a figure up to the origin and a forecast after it.
maaneder as (
    select
        kalender.plan_id,
        kalender.maal_nr,
        kalender.maaned,
        oprindelser.prognose_fra,
        serier.vaerdi is not null as er_tal,
        coalesce(serier.vaerdi, prognose.prognose) as vaerdi,
        coalesce(serier.vaerdi, prognose.nedre_80) as nedre_80,
        coalesce(serier.vaerdi, prognose.oevre_80) as oevre_80,
        coalesce(serier.er_syntetisk, prognose.er_syntetisk, false) as er_syntetisk,
        case
            when serier.vaerdi is not null then 'tal'
            when kalender.maaned <= oprindelser.prognose_fra then 'mangler_maaned'
            else coalesce(prognose.status, 'uden_for_horisont')
        end as status
    from kalender
    inner join oprindelser
        on
            kalender.indikator_id = oprindelser.serie_id
            and kalender.kommune_kode = oprindelser.kommune_kode
    left join serier
        on
            kalender.indikator_id = serier.serie_id
            and kalender.kommune_kode = serier.kommune_kode
            and kalender.maaned = serier.maaned
            and oprindelser.prognose_fra >= serier.maaned
    left join prognose
        on
            kalender.indikator_id = prognose.serie_id
            and kalender.kommune_kode = prognose.kommune_kode
            and kalender.maaned = prognose.maaned
            and oprindelser.prognose_fra = prognose.prognose_fra
),

samlet as (
    select
        plan_id,
        maal_nr,
        max(prognose_fra) as prognose_fra,
        count(*) as antal_maaneder,
        count(*) filter (where er_tal) as antal_tal,
        count(vaerdi) as antal_vaerdier,
        count(nedre_80) as antal_graenser,
        sum(vaerdi) as sum_vaerdi,
        sum(nedre_80) as sum_nedre,
        sum(oevre_80) as sum_oevre,
        bool_or(er_syntetisk) as er_syntetisk,
        -- The first month that stands in the way.
        min_by(status, maaned) filter (where vaerdi is null) as hindring
    from maaneder
    group by plan_id, maal_nr
),

med_status as (
    select
        maal.*,
        samlet.prognose_fra,
        samlet.antal_maaneder,
        samlet.antal_tal,
        samlet.sum_vaerdi,
        samlet.sum_nedre,
        samlet.sum_oevre,
        samlet.er_syntetisk,
        case
            when maal.indikator_id is null then 'ingen_indikator'
            when samlet.antal_maaneder is null then 'ingen_serie'
            when samlet.hindring is not null then samlet.hindring
            when samlet.antal_tal = samlet.antal_maaneder then 'opgjort'
            when samlet.antal_graenser < samlet.antal_maaneder then 'uden_interval'
            else 'prognose'
        end as status
    from maal
    left join samlet
        on maal.plan_id = samlet.plan_id and maal.maal_nr = samlet.maal_nr
),

afrundet as (
    select
        *,
        case
            when status in ('prognose', 'uden_interval', 'opgjort')
                then {{ kvotient_halvt_op('sum_vaerdi', 'antal_maaneder', 'decimaler') }}
        end as prognose,
        case
            when status = 'prognose'
                then {{ kvotient_halvt_op('sum_nedre', 'antal_maaneder', 'decimaler') }}
        end as nedre_80,
        case
            when status = 'prognose'
                then {{ kvotient_halvt_op('sum_oevre', 'antal_maaneder', 'decimaler') }}
        end as oevre_80,
        sqrt(sum_vaerdi / antal_maaneder) as rod_prognose,
        -- 80 pct. of a logistic distribution lies within ln 9 of its scale.
        (sqrt(sum_oevre / antal_maaneder) - sqrt(sum_vaerdi / antal_maaneder)) / ln(9) as skala
    from med_status
),

med_sandsynlighed as (
    select
        *,
        case
            when maal_vaerdi is null then null
            when status = 'opgjort'
                then cast({{ opfyldt('prognose', 'retning', 'maal_vaerdi') }} as integer)
            when status = 'prognose' and skala > 0
                then 1 / (1 + exp(
                    case retning when '<=' then -1 else 1 end
                    * (sqrt(greatest(maal_vaerdi, 0)) - rod_prognose) / skala
                ))
            when status = 'prognose'
                then cast({{ opfyldt('prognose', 'retning', 'maal_vaerdi') }} as integer)
        end as sandsynlighed
    from afrundet
),

final as (
    select
        plan_id,
        maal_nr,
        indikator_id,
        kommune_kode,
        maal_fra,
        maal_til,
        retning,
        maal_vaerdi,
        prognose_fra,
        cast(antal_maaneder as integer) as antal_maaneder,
        cast(antal_tal as integer) as antal_tal,
        prognose,
        nedre_80,
        oevre_80,
        -- Nothing ahead is certain: 0 and 100 are kept for what has been counted.
        cast(case
            when sandsynlighed is null then null
            when status = 'opgjort' then 100 * sandsynlighed
            else least(99, greatest(1, {{ kvotient_halvt_op('100 * sandsynlighed', '1', '0') }}))
        end as integer) as sandsynlighed_pct,
        status,
        coalesce(er_syntetisk, false) as er_syntetisk
    from med_sandsynlighed
)

select * from final
order by plan_id, maal_nr
