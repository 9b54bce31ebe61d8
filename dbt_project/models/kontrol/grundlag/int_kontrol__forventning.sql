{{ config(materialized='table') }}
{% set g = graenser() %}
-- What each judged count should have been: the month before times the country's movement, and
-- how far off it is, measured on the kommune's own last differences (F6).

with historik as (
    select * from {{ ref('int_kontrol__historik') }}
    where er_tal and serie_median >= {{ graense(g, 'f6_median_mindst') }}
),

med_foer as (
    select
        *,
        case
            when lag(periode_nr) over raekke = periode_nr - 1 and not coalesce(er_efter_brud, false)
                then lag(kendt) over raekke
        end as foer
    from historik
    window raekke as (partition by scenarie, serie_id, raekke_nr order by periode_nr)
),

-- The country's movement: of what is judged, and of what was known. Too few kommuner are not the
-- country: then there is no verdict.
landet as (
    select
        *,
        case
            when
                count(vaerdi) filter (where foer is not null) over maaned
                >= {{ graense(g, 'historik_daekning_mindst') }} * count(foer) over maaned
                then
                    sum(vaerdi) filter (where foer is not null) over maaned
                    / nullif(sum(foer) filter (where vaerdi is not null) over maaned, 0)
        end as vaekst,
        case
            when
                count(kendt) filter (where foer is not null) over maaned
                >= {{ graense(g, 'historik_daekning_mindst') }} * count(foer) over maaned
                then
                    sum(kendt) filter (where foer is not null) over maaned
                    / nullif(sum(foer) filter (where kendt is not null) over maaned, 0)
        end as vaekst_kendt
    from med_foer
    window maaned as (partition by scenarie, serie_id, periode_nr)
),

forskelle as (
    select
        *,
        2 * (sqrt(vaerdi) - sqrt(foer * vaekst)) as forskel,
        2 * (sqrt(kendt) - sqrt(foer * vaekst_kendt)) as forskel_kendt
    from landet
),

spredninger as (
    select
        *,
        1.4826 * mad(forskel_kendt) over forrige as egen_spredning,
        count(forskel_kendt) over forrige as antal_forskelle,
        lag(forskel_kendt, pr_aar) over raekke as forskel_aaret_foer
    from forskelle
    window
        raekke as (partition by scenarie, serie_id, raekke_nr order by periode_nr),
        forrige as (
            partition by scenarie, serie_id, raekke_nr order by periode_nr
            rows between {{ graense(g, 'f6_historik') }} preceding and 1 preceding
        )
),

maaneder as (
    select
        scenarie,
        serie_id,
        periode_nr,
        median(egen_spredning) as faelles_spredning
    from spredninger
    where antal_forskelle >= {{ graense(g, 'f6_historik_mindst') }}
    group by scenarie, serie_id, periode_nr
    having bool_or(doemmes)
),

skalerede as (
    select
        spredninger.*,
        greatest(
            spredninger.egen_spredning,
            maaneder.faelles_spredning,
            {{ graense(g, 'f6_spredning_mindst') }}
        ) as spredning
    from spredninger
    inner join maaneder
        on
            spredninger.scenarie = maaneder.scenarie
            and spredninger.serie_id = maaneder.serie_id
            and spredninger.periode_nr = maaneder.periode_nr
    where
        spredninger.antal_forskelle >= {{ graense(g, 'f6_historik_mindst') }}
        and spredninger.forskel is not null
),

med_z as (
    select
        *,
        forskel / spredning as z,
        (forskel - forskel_aaret_foer) / spredning as z_saeson,
        2 * (sqrt(vaerdi) - sqrt(basis)) / spredning as z_revision
    from skalerede
),

final as (
    select
        scenarie,
        serie_id,
        raekke_nr,
        omraade_nr,
        periode_nr,
        doemmes,
        vaerdi,
        foer,
        foer * vaekst as forventet,
        spredning,
        z,
        -- A kommune that moves in the same way each year is not suspect for doing so again, nor
        -- is a value that was as odd when it was accepted. `least` passes over what is null.
        sign(z) * least(abs(z), abs(z_saeson), abs(z_revision)) as score
    from med_z
)

select * from final
