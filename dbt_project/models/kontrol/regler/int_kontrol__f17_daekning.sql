{{ config(materialized='table') }}
{% set g = graenser() %}
-- F17 and keys: is everything there that was asked for, once, and nothing unknown?

with spurgt as (
    select * from {{ ref('int_kontrol__spurgt') }}
),

serier as (
    select * from {{ ref('int_kontrol__serier') }}
),

omraader as (
    select * from {{ ref('int_kontrol__omraader') }}
),

kilder as (
    select
        *,
        coalesce(fordeling, '') as fordelt
    from {{ ref('kilder') }}
),

-- A row of kilder.csv names the kommuner it asks for, or `*`, or `kommuner`: no country.
oenskede as (
    select distinct
        serier.serie_id,
        kilder.omraader
    from serier
    inner join kilder
        on
            serier.kilde = kilder.kilde
            and serier.tabel_id = kilder.tabel_id
            and serier.maaling = kilder.maaling
            and (serier.fordeling = kilder.fordelt or serier.fordeling = '')
),

hentede as (
    select
        serie_id,
        string_agg(lpad(cast(omraade_nr as varchar), 3, '0'), '|' order by omraade_nr) as koder
    from spurgt
    where omraade_art = 'kommune'
    group by serie_id
),

-- A list that is exactly what came was what was asked for; else all kommuner are expected.
forventede as (
    select
        serier.serie_id,
        omraader.omraade_nr,
        omraader.omraade_navn
    from serier
    cross join omraader
    where
        (
            omraader.omraade_art = 'land'
            and not exists (
                select 1 from oenskede
                where
                    oenskede.serie_id = serier.serie_id
                    and oenskede.omraader = 'kommuner'
            )
        )
        or (
            omraader.omraade_art = 'kommune'
            and not exists (
                select 1 from oenskede
                inner join hentede
                    on
                        oenskede.serie_id = hentede.serie_id
                        and oenskede.omraader = hentede.koder
                where oenskede.serie_id = serier.serie_id
            )
        )
),

omraade_rester as (
    select
        serier.scenarie,
        serier.kilde,
        serier.tabel_id,
        serier.serie_id,
        cast(null as integer) as periode_nr,
        forventede.omraade_nr,
        'F17.omraader' as regel_id,
        spurgt.serie_id is null as er_fund,
        case when spurgt.serie_id is null then 1.0 else 0.0 end as score,
        0.0 as graense,
        cast(null as double) as vaerdi,
        cast(null as double) as forventet,
        concat(forventede.omraade_navn, ' er slet ikke i svaret.') as besked
    from forventede
    inner join serier
        on forventede.serie_id = serier.serie_id
    left join spurgt
        on
            forventede.serie_id = spurgt.serie_id
            and forventede.omraade_nr = spurgt.omraade_nr
),

-- All series of one breakdown are asked for together and cover the same stretch. Of moving
-- annual totals the source issues the quarters it likes: those that any of the series has.
straekninger as (
    select
        serie_id,
        case
            when periode_art = 'QMAT' then max(antal_perioder) over stykke
            else max(sidste_nr) over stykke - min(foerste_nr) over stykke + 1
        end as forventede_perioder
    from serier
    window stykke as (partition by scenarie, kilde, tabel_id, periode_art, fordeling)
),

periode_rester as (
    select
        serier.scenarie,
        serier.kilde,
        serier.tabel_id,
        serier.serie_id,
        cast(null as integer) as periode_nr,
        spurgt.omraade_nr,
        'F17.perioder' as regel_id,
        spurgt.perioder < straekninger.forventede_perioder as er_fund,
        cast(straekninger.forventede_perioder - spurgt.perioder as double) as score,
        0.0 as graense,
        cast(spurgt.perioder as double) as vaerdi,
        cast(straekninger.forventede_perioder as double) as forventet,
        concat(
            spurgt.omraade, ' har ', spurgt.perioder, ' perioder, hvor serien strækker sig over ',
            straekninger.forventede_perioder, '.'
        ) as besked
    from spurgt
    inner join serier
        on spurgt.serie_id = serier.serie_id
    inner join straekninger
        on spurgt.serie_id = straekninger.serie_id
),

dublet_rester as (
    select
        serier.scenarie,
        serier.kilde,
        serier.tabel_id,
        serier.serie_id,
        cast(null as integer) as periode_nr,
        spurgt.omraade_nr,
        'K1' as regel_id,
        spurgt.raekker > spurgt.perioder as er_fund,
        cast(spurgt.raekker - spurgt.perioder as double) as score,
        0.0 as graense,
        cast(spurgt.raekker as double) as vaerdi,
        cast(spurgt.perioder as double) as forventet,
        concat(
            spurgt.omraade, ' har ', spurgt.raekker, ' rækker for ', spurgt.perioder,
            ' perioder: samme celle står flere gange.'
        ) as besked
    from spurgt
    inner join serier
        on spurgt.serie_id = serier.serie_id
),

ukendte_rester as (
    select
        serier.scenarie,
        serier.kilde,
        serier.tabel_id,
        serier.serie_id,
        cast(null as integer) as periode_nr,
        spurgt.omraade_nr,
        'K2' as regel_id,
        spurgt.omraade_nr is null as er_fund,
        case when spurgt.omraade_nr is null then 1.0 else 0.0 end as score,
        0.0 as graense,
        cast(null as double) as vaerdi,
        cast(null as double) as forventet,
        concat('Området "', spurgt.omraade, '" kendes ikke i seeds.') as besked
    from spurgt
    inner join serier
        on spurgt.serie_id = serier.serie_id
),

mangel_rester as (
    select
        serier.scenarie,
        serier.kilde,
        serier.tabel_id,
        cast(null as integer) as serie_id,
        cast(null as integer) as periode_nr,
        cast(null as integer) as omraade_nr,
        'F17.raekker' as regel_id,
        sum(spurgt.mangler)
        > {{ graense(g, 'f17_mangler_andel') }} * sum(spurgt.raekker) as er_fund,
        sum(spurgt.mangler) / sum(spurgt.raekker) as score,
        cast({{ graense(g, 'f17_mangler_andel') }} as double) as graense,
        cast(sum(spurgt.mangler) as double) as vaerdi,
        cast(null as double) as forventet,
        concat(
            sum(spurgt.mangler), ' af ', sum(spurgt.raekker), ' rækker mangler i svaret.'
        ) as besked
    from spurgt
    inner join serier
        on spurgt.serie_id = serier.serie_id
    group by serier.scenarie, serier.kilde, serier.tabel_id
),

samlet as (
    select * from omraade_rester
    union all by name
    select * from periode_rester
    union all by name
    select * from dublet_rester
    union all by name
    select * from ukendte_rester
    union all by name
    select * from mangel_rester
),

final as (
    {{ fund_og_maalt('samlet', testet='true') }}
)

select * from final
