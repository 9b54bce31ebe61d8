{{ config(materialized='table') }}
-- E1: a percent lies from 0 to 100; a count is whole (in tens, where the source rounds to tens)
-- and not negative.

with celler as (
    select * from {{ ref('int_kontrol__celler') }}
    where vaerdi is not null
),

serier as (
    select * from {{ ref('int_kontrol__serier') }}
),

maaneder as (
    select
        celler.serie_id,
        celler.periode_nr,
        count(*) as testet
    from celler
    group by celler.serie_id, celler.periode_nr
),

brud as (
    select
        celler.scenarie,
        serier.kilde,
        serier.tabel_id,
        celler.serie_id,
        celler.periode_nr,
        celler.omraade_nr,
        celler.vaerdi,
        case
            when serier.enhed = 'pct'
                then concat({{ dansk_tal('celler.vaerdi', 1) }}, ' pct. er ikke mellem 0 og 100.')
            when celler.vaerdi < 0
                then concat({{ dansk_tal('celler.vaerdi') }}, ' er et negativt antal.')
            when serier.afrundet_til = 1
                then concat({{ dansk_tal('celler.vaerdi', 3) }}, ' er ikke et helt antal.')
            else concat(
                {{ dansk_tal('celler.vaerdi', 3) }}, ' er ikke afrundet til ',
                serier.afrundet_til, '.'
            )
        end as besked
    from celler
    inner join serier
        on celler.serie_id = serier.serie_id
    where
        celler.vaerdi < 0
        or (serier.enhed = 'pct' and celler.vaerdi > 100)
        or (serier.enhed <> 'pct' and celler.vaerdi % serier.afrundet_til <> 0)
),

brud_maaneder as (
    select
        serie_id,
        periode_nr,
        count(*) as antal
    from brud
    group by serie_id, periode_nr
),

final as (
    select
        serier.scenarie,
        serier.kilde,
        serier.tabel_id,
        cast(null as integer) as serie_id,
        maaneder.periode_nr,
        cast(null as integer) as omraade_nr,
        'E1' as regel_id,
        false as er_fund,
        sum(maaneder.testet - coalesce(brud_maaneder.antal, 0)) as testet,
        0 as uden_styrke,
        cast(null as double) as vaerdi,
        cast(null as double) as forventet,
        0.0 as score,
        0.0 as graense,
        cast(null as varchar) as besked
    from maaneder
    inner join serier
        on maaneder.serie_id = serier.serie_id
    left join brud_maaneder
        on
            maaneder.serie_id = brud_maaneder.serie_id
            and maaneder.periode_nr = brud_maaneder.periode_nr
    group by serier.scenarie, serier.kilde, serier.tabel_id, maaneder.periode_nr
    union all by name
    select
        scenarie,
        kilde,
        tabel_id,
        serie_id,
        periode_nr,
        omraade_nr,
        'E1' as regel_id,
        true as er_fund,
        1 as testet,
        0 as uden_styrke,
        vaerdi,
        1.0 as score,
        0.0 as graense,
        besked
    from brud
)

select * from final
