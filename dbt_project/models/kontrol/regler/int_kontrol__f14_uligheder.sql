{{ config(materialized='table') }}
{% set g = graenser() %}
-- F14: a month's fuldtidspersoner cannot be more than the persons in it.

with celler as (
    select * from {{ ref('int_kontrol__celler') }}
),

serier as (
    select * from {{ ref('int_kontrol__serier') }}
),

par as (
    select
        fuldtid.scenarie,
        fuldtid.kilde,
        fuldtid.tabel_id,
        fuldtid.serie_id as fuldtid_id,
        personer.serie_id as personer_id
    from serier as fuldtid
    inner join serier as personer
        on
            fuldtid.scenarie = personer.scenarie
            and fuldtid.kilde = personer.kilde
            and fuldtid.tabel_id = personer.tabel_id
            and fuldtid.dimensioner = personer.dimensioner
    where
        fuldtid.maaling_navn = 'antal_fuldtidspersoner'
        and personer.maaling_navn = 'antal_personer'
),

proevede as (
    select
        par.scenarie,
        par.kilde,
        par.tabel_id,
        par.fuldtid_id,
        fuldtid.periode_nr,
        fuldtid.omraade_nr,
        fuldtid.vaerdi as fuldtidspersoner,
        personer.vaerdi as personer,
        fuldtid.vaerdi - personer.vaerdi as afvigelse,
        coalesce(
            fuldtid.vaerdi - personer.vaerdi > {{ graense(g, 'f14_personer_margen') }}, false
        ) as er_fund
    from par
    inner join celler as fuldtid
        on par.fuldtid_id = fuldtid.serie_id
    inner join celler as personer
        on
            par.personer_id = personer.serie_id
            and fuldtid.omraade_nr = personer.omraade_nr
            and fuldtid.periode_nr = personer.periode_nr
),

final as (
    select
        scenarie,
        kilde,
        tabel_id,
        case when er_fund then fuldtid_id end as serie_id,
        periode_nr,
        case when er_fund then omraade_nr end as omraade_nr,
        'F14.personer' as regel_id,
        er_fund,
        count(afvigelse) as testet,
        count(*) - count(afvigelse) as uden_styrke,
        any_value(fuldtidspersoner) filter (where er_fund) as vaerdi,
        any_value(personer) filter (where er_fund) as forventet,
        max(afvigelse) as score,
        cast({{ graense(g, 'f14_personer_margen') }} as double) as graense,
        case
            when er_fund
                then concat(
                    {{ dansk_tal('fuldtidspersoner') }}, ' fuldtidspersoner, men kun ',
                    {{ dansk_tal('personer') }}, ' personer.'
                )
        end as besked
    from proevede
    group by all
)

select * from final
