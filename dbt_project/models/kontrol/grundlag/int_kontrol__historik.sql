{{ config(materialized='table') }}
{% set g = graenser() %}
-- Kommune × month as the history checks see it. `vaerdi` is judged; `kendt` is what was known
-- before: the last accepted value where there is one, else the vintage's own.

with celler as (
    select * from {{ ref('int_kontrol__celler') }}
),

serier as (
    select * from {{ ref('int_kontrol__serier') }}
),

omraader as (
    select * from {{ ref('int_kontrol__omraader') }}
    where omraade_art = 'kommune'
),

-- The first month after a break cannot be compared with the one before (F21).
brud as (
    select
        serier.serie_id,
        cast(year(maaneder.maaned) * 12 + month(maaneder.maaned) as integer) as periode_nr
    from {{ ref('int_brudmaaneder') }} as maaneder
    inner join serier
        on
            maaneder.tabel_id = serier.tabel_id
            and maaneder.dimensioner = serier.dimensioner
    where serier.pr_aar = 12
),

-- The newest month known to the accepted vintage, series by series.
kendt_til as (
    select
        serie_id,
        max(periode_nr) as kendt_til_nr
    from celler
    where basis is not null
    group by serie_id
),

medianer as (
    select
        celler.serie_id,
        median(celler.vaerdi) as serie_median
    from celler
    inner join serier
        on
            celler.serie_id = serier.serie_id
            and celler.periode_nr > serier.sidste_nr - serier.pr_aar
    inner join omraader
        on celler.omraade_nr = omraader.omraade_nr
    group by celler.serie_id
),

med_kendt as (
    select
        celler.scenarie,
        celler.serie_id,
        case serier.raekkefoelge
            when 'navn' then omraader.raekke_nr_navn
            else omraader.raekke_nr
        end as raekke_nr,
        celler.omraade_nr,
        celler.periode_nr,
        celler.vaerdi,
        celler.basis,
        coalesce(celler.basis, celler.vaerdi) as kendt,
        celler.vaerdi is not null
        and (
            celler.periode_nr = serier.sidste_nr
            or celler.periode_nr > kendt_til.kendt_til_nr
            or abs(celler.vaerdi - celler.basis) > greatest(
                {{ graense(g, 'revision_antal') }},
                {{ graense(g, 'revision_andel') }} * celler.basis
            )
        ) as doemmes,
        medianer.serie_median,
        serier.pr_aar,
        serier.enhed not in ('pct', 'plads') as er_tal,
        brud.serie_id is not null as er_efter_brud
    from celler
    inner join serier
        on celler.serie_id = serier.serie_id
    inner join omraader
        on celler.omraade_nr = omraader.omraade_nr
    left join kendt_til
        on celler.serie_id = kendt_til.serie_id
    left join medianer
        on celler.serie_id = medianer.serie_id
    left join brud
        on
            celler.serie_id = brud.serie_id
            and celler.periode_nr = brud.periode_nr
),

-- Nothing older than what the oldest judged month needs.
laengde as (
    select
        serie_id,
        min(periode_nr) filter (where doemmes) - {{ graense(g, 'f6_historik') }} - 2 as fra_nr
    from med_kendt
    group by serie_id
),

final as (
    select med_kendt.*
    from med_kendt
    inner join laengde
        on
            med_kendt.serie_id = laengde.serie_id
            and med_kendt.periode_nr >= laengde.fra_nr
)

select * from final
