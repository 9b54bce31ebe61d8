{{ config(materialized='table') }}
{% set g = graenser() %}
-- F6: each judged count against the kommune's own history, and how many are off at once.

with forventning as (
    select * from {{ ref('int_kontrol__forventning') }}
    where doemmes
),

historik as (
    select * from {{ ref('int_kontrol__historik') }}
    where doemmes and er_tal
),

serier as (
    select * from {{ ref('int_kontrol__serier') }}
),

-- Every judged count, with or without the history that a verdict needs.
doemte as (
    select
        historik.scenarie,
        historik.serie_id,
        historik.periode_nr,
        historik.omraade_nr,
        historik.vaerdi,
        forventning.foer,
        forventning.forventet,
        forventning.score,
        coalesce(abs(forventning.score) > {{ graense(g, 'f6_z_bemaerk') }}, false) as er_fund
    from historik
    left join forventning
        on
            historik.scenarie = forventning.scenarie
            and historik.serie_id = forventning.serie_id
            and historik.omraade_nr = forventning.omraade_nr
            and historik.periode_nr = forventning.periode_nr
),

enkelte as (
    select
        doemte.scenarie,
        serier.kilde,
        serier.tabel_id,
        case when doemte.er_fund then doemte.serie_id end as serie_id,
        doemte.periode_nr,
        case when doemte.er_fund then doemte.omraade_nr end as omraade_nr,
        'F6' as regel_id,
        doemte.er_fund,
        count(doemte.score) as testet,
        count(*) - count(doemte.score) as uden_styrke,
        any_value(doemte.vaerdi) filter (where doemte.er_fund) as vaerdi,
        any_value(doemte.forventet) filter (where doemte.er_fund) as forventet,
        max(abs(doemte.score)) as score,
        cast({{ graense(g, 'f6_z_bemaerk') }} as double) as graense,
        case
            when doemte.er_fund
                then concat(
                    {{ dansk_tal('doemte.vaerdi') }}, ' mod ventet ',
                    {{ dansk_tal('doemte.forventet') }}, ' (måneden før: ',
                    {{ dansk_tal('doemte.foer') }}, '); afvigelsen er ',
                    {{ dansk_tal('abs(doemte.score)', 1) }},
                    ' gange kommunens sædvanlige udsving.'
                )
        end as besked
    from doemte
    inner join serier
        on doemte.serie_id = serier.serie_id
    group by all
),

maaneder as (
    select
        doemte.scenarie,
        serier.kilde,
        serier.tabel_id,
        doemte.serie_id,
        doemte.periode_nr,
        count(doemte.score) as kommuner,
        count(*) filter (where doemte.er_fund) as afvigende
    from doemte
    inner join serier
        on doemte.serie_id = serier.serie_id
    group by all
),

final as (
    select * from enkelte
    union all by name
    {{ flere_kommuner(
        'maaneder',
        'F6.flere',
        graense(g, 'f6_antal_stop'),
        "concat(afvigende, ' kommuner afviger på én gang fra deres egen historik (mere end ', "
        ~ dansk_tal(graense(g, 'f6_z_bemaerk'), 1) ~ ", ' gange det sædvanlige).')"
    ) }}
)

select * from final
