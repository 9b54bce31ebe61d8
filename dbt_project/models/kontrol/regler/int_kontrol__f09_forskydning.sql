{{ config(materialized='table') }}
{% set g = graenser() %}
-- F9: do some consecutive rows, in the order of the printed table, carry their neighbours'
-- values? For each shift s the gain of a row is how much better the value of the row s places
-- above explains it than its own; the run of rows with the greatest summed gain is looked for.

with forventning as (
    select * from {{ ref('int_kontrol__forventning') }}
),

serier as (
    select * from {{ ref('int_kontrol__serier') }}
),

omraader as (
    select * from {{ ref('int_kontrol__omraader') }}
),

maaneder as (
    select
        scenarie,
        serie_id,
        periode_nr,
        count(*) as raekker,
        count(*) filter (where power(z, 2) >= {{ graense(g, 'f9_loft') }}) as skaeve
    from forventning
    group by scenarie, serie_id, periode_nr
),

-- A run worth its limit needs at least three rows at the ceiling.
mistaenkte as (
    select forventning.*
    from forventning
    semi join maaneder
        on
            forventning.scenarie = maaneder.scenarie
            and forventning.serie_id = maaneder.serie_id
            and forventning.periode_nr = maaneder.periode_nr
            and maaneder.skaeve * {{ graense(g, 'f9_loft') }} >= {{ graense(g, 'f9_gevinst') }} / 2
),

forskydninger as (
    select
        unnest(generate_series(
            -{{ graense(g, 'f9_forskydning') }}, {{ graense(g, 'f9_forskydning') }}
        )) as trin
),

gevinster as (
    select
        egen.scenarie,
        egen.serie_id,
        egen.periode_nr,
        forskydninger.trin,
        egen.raekke_nr,
        least(power(egen.z, 2), {{ graense(g, 'f9_loft') }})
        - least(
            power(2 * (sqrt(egen.vaerdi) - sqrt(nabo.forventet)) / egen.spredning, 2),
            {{ graense(g, 'f9_loft') }}
        ) as gevinst
    from mistaenkte as egen
    cross join forskydninger
    inner join mistaenkte as nabo
        on
            egen.scenarie = nabo.scenarie
            and egen.serie_id = nabo.serie_id
            and egen.periode_nr = nabo.periode_nr
            and egen.raekke_nr - forskydninger.trin = nabo.raekke_nr
    where forskydninger.trin <> 0
),

opsummeret as (
    select
        *,
        sum(gevinst) over raekke as indtil,
        sum(gevinst) over raekke - gevinst as foer
    from gevinster
    window raekke as (
        partition by scenarie, serie_id, periode_nr, trin order by raekke_nr
        rows between unbounded preceding and current row
    )
),

-- The best run that ends here starts where the running sum was lowest.
loeb as (
    select
        *,
        indtil - min(foer) over raekke as samlet_gevinst,
        arg_min(raekke_nr, foer) over raekke as fra_raekke
    from opsummeret
    window raekke as (
        partition by scenarie, serie_id, periode_nr, trin order by raekke_nr
        rows between unbounded preceding and current row
    )
),

bedste as (
    select
        scenarie,
        serie_id,
        periode_nr,
        trin,
        fra_raekke,
        raekke_nr as til_raekke,
        samlet_gevinst
    from loeb
    qualify row_number() over (
        partition by scenarie, serie_id, periode_nr
        order by samlet_gevinst desc, abs(trin) asc, trin asc, raekke_nr asc
    ) = 1
),

fundne as (
    select * from bedste
    where samlet_gevinst > {{ graense(g, 'f9_gevinst') }}
),

-- With the rows that were pushed out at one end and put in at the other.
ramte as (
    select
        egen.*,
        fundne.trin,
        fundne.fra_raekke,
        fundne.til_raekke,
        fundne.samlet_gevinst,
        egen.raekke_nr between fundne.fra_raekke and fundne.til_raekke as er_i_loeb,
        case
            when egen.raekke_nr between fundne.fra_raekke and fundne.til_raekke
                then egen.raekke_nr - fundne.trin
            when fundne.trin > 0
                then fundne.til_raekke - fundne.fra_raekke + 1 + egen.raekke_nr
            else egen.raekke_nr - (fundne.til_raekke - fundne.fra_raekke + 1)
        end as baerer_raekke
    from mistaenkte as egen
    inner join fundne
        on
            egen.scenarie = fundne.scenarie
            and egen.serie_id = fundne.serie_id
            and egen.periode_nr = fundne.periode_nr
            and egen.raekke_nr between least(fundne.fra_raekke, fundne.fra_raekke - fundne.trin)
            and greatest(fundne.til_raekke, fundne.til_raekke - fundne.trin)
),

navngivne as (
    select
        ramte.*,
        egne.omraade_navn,
        nabo.omraade_navn as baerer_navn
    from ramte
    inner join forventning as kilden
        on
            ramte.scenarie = kilden.scenarie
            and ramte.serie_id = kilden.serie_id
            and ramte.periode_nr = kilden.periode_nr
            and ramte.baerer_raekke = kilden.raekke_nr
    inner join omraader as egne
        on ramte.omraade_nr = egne.omraade_nr
    inner join omraader as nabo
        on kilden.omraade_nr = nabo.omraade_nr
    where
        ramte.er_i_loeb
        -- A row at the end is in it only if the value pushed out fits it better than its own.
        or abs(sqrt(ramte.vaerdi) - sqrt(kilden.forventet))
        < abs(sqrt(ramte.vaerdi) - sqrt(ramte.forventet))
),

final as (
    select
        navngivne.scenarie,
        serier.kilde,
        serier.tabel_id,
        navngivne.serie_id,
        navngivne.periode_nr,
        navngivne.omraade_nr,
        'F9' as regel_id,
        true as er_fund,
        0 as testet,
        0 as uden_styrke,
        navngivne.vaerdi,
        navngivne.forventet,
        navngivne.samlet_gevinst as score,
        cast({{ graense(g, 'f9_gevinst') }} as double) as graense,
        concat(
            'Række ', navngivne.fra_raekke, '-', navngivne.til_raekke,
            ' ser forskudt ud med ',
            case
                when abs(navngivne.trin) = 1 then 'én'
                else cast(abs(navngivne.trin) as varchar)
            end,
            ': ', navngivne.omraade_navn, ' bærer ', {{ ejefald('navngivne.baerer_navn') }}, ' tal.'
        ) as besked
    from navngivne
    inner join serier
        on navngivne.serie_id = serier.serie_id
    union all by name
    select
        maaneder.scenarie,
        serier.kilde,
        serier.tabel_id,
        cast(null as integer) as serie_id,
        maaneder.periode_nr,
        cast(null as integer) as omraade_nr,
        'F9' as regel_id,
        false as er_fund,
        count(*) as testet,
        0 as uden_styrke,
        max(coalesce(bedste.samlet_gevinst, 0)) as score,
        cast({{ graense(g, 'f9_gevinst') }} as double) as graense,
        cast(null as varchar) as besked
    from maaneder
    inner join serier
        on maaneder.serie_id = serier.serie_id
    left join bedste
        on
            maaneder.scenarie = bedste.scenarie
            and maaneder.serie_id = bedste.serie_id
            and maaneder.periode_nr = bedste.periode_nr
    group by all
)

select * from final
