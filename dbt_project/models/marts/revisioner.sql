{% set g = graenser() %}
-- Every cell that a release of its table changed: a revision, or the correction of an error.

with celler as (
    select * from {{ ref('int_revision__celler') }}
    where er_aendret
),

forventet as (
    select * from {{ ref('revision_forventet') }}
    where frigivelse is not null
),

varslet as (
    select * from {{ ref('revision_varslet') }}
),

dimensioner as (
    select * from {{ ref('int_dimensioner') }}
),

-- A kommune's own measure, where there is one, is more exact than that of its like.
med_graense as (
    select
        celler.*,
        coalesce(egen.maalt_paa, faelles.maalt_paa) as maalt_paa,
        {{ revisionsgraense(
            'coalesce(celler.foer_vaerdi, celler.efter_vaerdi, 0)',
            'coalesce(egen.p99_pct, faelles.p99_pct)', 'faelles.mindst',
            graense(g, 'revision_faktor')
        ) }} as saedvanlig
    from celler
    left join forventet as faelles
        on
            celler.kilde = faelles.kilde
            and celler.tabel_id = faelles.tabel_id
            and celler.maaling_navn = faelles.maaling_navn
            and celler.frigivelse = faelles.frigivelse
            and celler.alder_fra = faelles.alder_mdr
            and celler.stoerrelse = faelles.stoerrelse
            and faelles.omraade_kode is null
    left join forventet as egen
        on
            celler.kilde = egen.kilde
            and celler.tabel_id = egen.tabel_id
            and celler.maaling_navn = egen.maaling_navn
            and celler.frigivelse = egen.frigivelse
            and celler.alder_fra = egen.alder_mdr
            and celler.stoerrelse = egen.stoerrelse
            and celler.omraade_kode = egen.omraade_kode
),

-- A percent is hidden together with its count, which can be judged.
skjult as (
    select
        kilde,
        tabel_id,
        omraade_kode,
        periode,
        dimensioner,
        frigivelse,
        bool_and(abs(mindste_aendring) <= saedvanlig) as er_saedvanlig
    from med_graense
    where enhed <> 'pct' and (foer_vaerdi is null or efter_vaerdi is null)
    group by kilde, tabel_id, omraade_kode, periode, dimensioner, frigivelse
),

varslede as (
    select
        med_graense.celle_id,
        med_graense.frigivelse,
        min(varslet.tekst) as tekst
    from med_graense
    inner join varslet
        on
            med_graense.tabel_id = varslet.tabel_id
            and med_graense.periode between varslet.periode_fra and varslet.periode_til
            and cast(med_graense.frigivelse as date)
            between varslet.gaelder_fra and varslet.gaelder_til
    group by med_graense.celle_id, med_graense.frigivelse
),

begrundet as (
    select
        med_graense.*,
        varslede.tekst as varslet,
        case
            when varslede.tekst is not null then 'varslet'
            when med_graense.mindste_aendring is null and skjult.er_saedvanlig then 'saedvanlig'
            when med_graense.mindste_aendring is null and not skjult.er_saedvanlig
                then 'usaedvanlig'
            when med_graense.mindste_aendring is null then 'ikke_maalt'
            when abs(med_graense.mindste_aendring) <= med_graense.saedvanlig then 'saedvanlig'
            when med_graense.saedvanlig = 0 then 'revideres_ikke'
            else 'usaedvanlig'
        end as grund
    from med_graense
    left join skjult
        on
            med_graense.kilde = skjult.kilde
            and med_graense.tabel_id = skjult.tabel_id
            and med_graense.omraade_kode = skjult.omraade_kode
            and med_graense.periode = skjult.periode
            and med_graense.dimensioner = skjult.dimensioner
            and med_graense.frigivelse = skjult.frigivelse
    left join varslede
        on
            med_graense.celle_id = varslede.celle_id
            and med_graense.frigivelse = varslede.frigivelse
),

final as (
    select
        begrundet.kilde,
        begrundet.tabel_id,
        begrundet.maaling_navn,
        begrundet.enhed,
        begrundet.omraade_kode,
        begrundet.omraade_navn,
        begrundet.omraade_art,
        dimensioner.ydelsesgruppe,
        begrundet.dimensioner,
        begrundet.periode,
        begrundet.maaned,
        begrundet.alder_mdr,
        begrundet.foer_vaerdi,
        begrundet.foer_status,
        begrundet.efter_vaerdi,
        begrundet.efter_status,
        begrundet.aendring,
        {{ kvotient_halvt_op('100 * begrundet.aendring', 'begrundet.foer_vaerdi', 2) }}
            as aendring_pct,
        cast(begrundet.saedvanlig as decimal(18, 3)) as saedvanlig_aendring,
        case
            when begrundet.grund in ('usaedvanlig', 'revideres_ikke') then 'fejlrettelse'
            else 'revision'
        end as art,
        case begrundet.grund
            when 'varslet' then 'Varslet: ' || begrundet.varslet
            when 'saedvanlig' then 'Inden for det sædvanlige for månedens alder'
            when 'usaedvanlig' then 'Ud over det sædvanlige for månedens alder'
            when 'revideres_ikke' then 'Kilden reviderer ikke sine tal'
            else 'Tallet er skjult i den ene udgave, så ændringen kan ikke måles'
        end
        || case
            when begrundet.grund in ('saedvanlig', 'usaedvanlig')
                then
                    ' (højst ' || {{ dansk_tal('begrundet.saedvanlig', 1) }}
                    || '; målt på ' || begrundet.maalt_paa || ')'
            else ''
        end
        || '.' as begrundelse,
        begrundet.foer_fra,
        begrundet.frigivelse,
        begrundet.er_ny_maaned,
        begrundet.oprindelse = 'genereret' as er_syntetisk
    from begrundet
    left join dimensioner
        on
            begrundet.tabel_id = dimensioner.tabel_id
            and begrundet.dimensioner = dimensioner.dimensioner
)

select * from final
