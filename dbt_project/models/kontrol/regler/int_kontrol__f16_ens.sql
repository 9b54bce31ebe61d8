{{ config(materialized='table') }}
{% set g = graenser() %}
-- F16.ens: two series of a table with the same value in every area are one series twice.

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

aftryk as (
    select
        serier.scenarie,
        serier.kilde,
        serier.tabel_id,
        serier.serie_id,
        serier.sidste_nr as periode_nr,
        serier.maaling,
        serier.dimensioner,
        count(celler.vaerdi) as kommuner,
        count(distinct celler.vaerdi) as forskellige,
        md5(string_agg(
            concat(celler.omraade_nr, ':', celler.vaerdi), '|' order by celler.omraade_nr
        )) as aftryk
    from serier
    inner join celler
        on
            serier.serie_id = celler.serie_id
            and serier.sidste_nr = celler.periode_nr
    inner join omraader
        on celler.omraade_nr = omraader.omraade_nr
    where celler.vaerdi is not null
    group by all
),

proevede as (
    select
        *,
        -- Few kommuner, or few different values, may agree by chance.
        forskellige >= {{ graense(g, 'f16_kommuner_mindst') }} as kan_doemmes,
        count(*) over ens > 1 and forskellige >= {{ graense(g, 'f16_kommuner_mindst') }} as er_fund,
        first_value(concat_ws(' ', maaling, dimensioner)) over (ens order by serie_id) as foerste
    from aftryk
    window ens as (partition by scenarie, kilde, tabel_id, periode_nr, aftryk)
),

final as (
    select
        scenarie,
        kilde,
        tabel_id,
        case when er_fund then serie_id end as serie_id,
        periode_nr,
        cast(null as integer) as omraade_nr,
        'F16.ens' as regel_id,
        er_fund,
        count(*) filter (where kan_doemmes) as testet,
        count(*) filter (where not kan_doemmes) as uden_styrke,
        cast(null as double) as vaerdi,
        cast(null as double) as forventet,
        case when er_fund then 1.0 else 0.0 end as score,
        0.0 as graense,
        case
            when er_fund
                then concat(
                    'Alle kommuner har samme tal som i "', foerste,
                    '": samme kolonne to gange.'
                )
        end as besked
    from proevede
    group by all
)

select * from final
