-- Who is in which group, and the computed groups: each kommune with the 11 most like it.
{% set naboer = 11 %}

with grupper as (
    select * from {{ ref('grupper') }}
),

kommuner as (
    select * from {{ ref('dim_kommune') }}
),

definitioner as (
    select * from {{ ref('noegletal_definitioner') }}
    where i_afstand = 'ja'
),

aar_noegletal as (
    select
        noegletal.noegletal_id,
        noegletal.omraade_kode as kommune_kode,
        year(noegletal.maaned) as aar,
        sum(noegletal.vaerdi) / 12 as x,
        bool_or(noegletal.er_syntetisk) as er_syntetisk
    from {{ ref('int_noegletal') }} as noegletal
    semi join definitioner
        on noegletal.noegletal_id = definitioner.noegletal_id
    where noegletal.omraade_art = 'kommune' and noegletal.status = 'A'
    group by noegletal.noegletal_id, noegletal.omraade_kode, year(noegletal.maaned)
    having count(*) = 12
),

aar_befolkning as (
    select
        'befolkning' as noegletal_id,
        befolkning.omraade_kode as kommune_kode,
        year(befolkning.kvartal) as aar,
        ln(avg(befolkning.befolkning)) as x,
        bool_or(befolkning.er_syntetisk) as er_syntetisk
    from {{ ref('int_befolkning') }} as befolkning
    semi join kommuner
        on befolkning.omraade_kode = kommuner.kommune_kode
    where befolkning.befolkning > 0
    group by befolkning.omraade_kode, year(befolkning.kvartal)
    having count(*) = 4
),

-- A measure counts in a year when each kommune has all of it.
maal as (
    select * from aar_noegletal
    union all
    select * from aar_befolkning
    qualify
        count(*) over (partition by noegletal_id, aar) = (select count(*) from kommuner)
),

-- The newest year that every measure has: the groups do not change from month to month.
aaret as (
    select min(nyeste.aar) as aar
    from (
        select max(aar) as aar
        from maal
        group by noegletal_id
    ) as nyeste
),

standardiseret as (
    select
        maal.noegletal_id,
        maal.kommune_kode,
        (maal.x - avg(maal.x) over maalet) / nullif(stddev_pop(maal.x) over maalet, 0) as z
    from maal
    inner join aaret
        on maal.aar = aaret.aar
    window maalet as (partition by maal.noegletal_id)
),

afstande as (
    select
        en.kommune_kode as midte,
        anden.kommune_kode,
        sqrt(sum(coalesce(pow(en.z - anden.z, 2), 0))) as afstand
    from standardiseret as en
    inner join standardiseret as anden
        on en.noegletal_id = anden.noegletal_id
    group by en.kommune_kode, anden.kommune_kode
),

naermeste as (
    select
        midte,
        kommune_kode,
        cast(round(afstand, 3) as decimal(9, 3)) as afstand
    from afstande
    qualify row_number() over (
        partition by midte
        order by (midte <> kommune_kode) asc, round(afstand, 6) asc, kommune_kode asc
    ) <= {{ naboer + 1 }}
),

-- What the distance rests on, in words: it is what was there in that year.
maalt as (
    select
        string_agg(
            case
                when maalene.noegletal_id = 'befolkning'
                    then 'logaritmen af befolkningen (16-66 år)'
                else
                    lower(definitioner.noegletal_navn) || ' i pct. af '
                    || definitioner.naevner_navn
            end,
            ', ' order by coalesce(definitioner.noegletal_nr, 0)
        ) as ord,
        max(aaret.aar) as aar,
        bool_or(maalene.er_syntetisk) as er_syntetisk
    from (
        select
            noegletal_id,
            aar,
            bool_or(er_syntetisk) as er_syntetisk
        from maal
        group by noegletal_id, aar
    ) as maalene
    inner join aaret
        on maalene.aar = aaret.aar
    left join definitioner
        on maalene.noegletal_id = definitioner.noegletal_id
),

final as (
    select
        grupper.gruppe_id,
        grupper.gruppe_art,
        grupper.gruppe_navn,
        grupper.kommune_kode,
        kommuner.kommune_navn,
        grupper.gyldig_fra,
        grupper.gyldig_til,
        cast(null as decimal(9, 3)) as afstand,
        grupper.kilde,
        false as er_syntetisk
    from grupper
    inner join kommuner
        on grupper.kommune_kode = kommuner.kommune_kode
    union all
    select
        'sammenlignelig-' || naermeste.midte as gruppe_id,
        'sammenlignelig' as gruppe_art,
        'Sammenlignelige kommuner for ' || midten.kommune_navn || ' (beregnet)' as gruppe_navn,
        naermeste.kommune_kode,
        kommuner.kommune_navn,
        -- The 98 kommuner begin here.
        date '2007-01-01' as gyldig_fra,
        cast(null as date) as gyldig_til,
        naermeste.afstand,
        'beregnet: de {{ naboer }} nærmeste i ' || maalt.aar || ' efter ' || maalt.ord as kilde,
        maalt.er_syntetisk
    from naermeste
    inner join kommuner
        on naermeste.kommune_kode = kommuner.kommune_kode
    inner join kommuner as midten
        on naermeste.midte = midten.kommune_kode
    cross join maalt
)

select * from final
order by gruppe_id, kommune_kode, gyldig_fra
