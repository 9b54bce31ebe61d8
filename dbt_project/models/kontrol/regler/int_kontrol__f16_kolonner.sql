{{ config(materialized='table') }}
{% set g = graenser() %}
-- F16: is a column another column?
-- F16.ens: two series of a table with the same value in every kommune are one series twice.
-- F16.maaned: the kommuner have the figures of one of the 24 months before.
-- F16.gruppe: they have those of another group or measure of the table.
-- The last two also when the column was put on the country's level, so that the total is right:
-- the distance to the other column is a small part of what the series moves from month to month.

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

historik as (
    select * from {{ ref('int_kontrol__historik') }}
),

par as (
    select * from {{ ref('int_kontrol__par') }}
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

ens as (
    select
        scenarie,
        kilde,
        tabel_id,
        serie_id,
        periode_nr,
        'F16.ens' as regel_id,
        -- Few kommuner, or few different values, may agree by chance.
        forskellige >= {{ graense(g, 'f16_kommuner_mindst') }} as kan_doemmes,
        count(*) over lige > 1 and forskellige >= {{ graense(g, 'f16_kommuner_mindst') }}
            as er_fund,
        case
            when count(*) over lige > 1 and forskellige >= {{ graense(g, 'f16_kommuner_mindst') }}
                then 1.0
            else 0.0
        end as score,
        0.0 as graense,
        concat(
            'Alle kommuner har samme tal som i "',
            first_value(concat_ws(' ', maaling, dimensioner)) over (lige order by serie_id),
            '": samme kolonne to gange.'
        ) as besked
    from aftryk
    window lige as (partition by scenarie, kilde, tabel_id, periode_nr, aftryk)
),

-- The series' usual movement in a month, and what is judged.
saedvanlige as (
    select
        dom.scenarie,
        dom.serie_id,
        dom.periode_nr,
        case
            when count(foer.afstand) >= {{ graense(g, 'f6_historik_mindst') }}
                then nullif(median(foer.afstand), 0)
        end as saedvanlig
    from {{ par_og_maanederne_foer() }}
),

doemte as (
    select
        historik.scenarie,
        serier.kilde,
        serier.tabel_id,
        historik.serie_id,
        historik.periode_nr,
        historik.omraade_nr,
        historik.er_tal,
        historik.vaerdi,
        saedvanlige.saedvanlig
    from historik
    inner join saedvanlige
        on
            historik.scenarie = saedvanlige.scenarie
            and historik.serie_id = saedvanlige.serie_id
            and historik.periode_nr = saedvanlige.periode_nr
    inner join serier
        on historik.serie_id = serier.serie_id
    where historik.vaerdi is not null and saedvanlige.saedvanlig is not null
),

maaneder as (
    select
        nu.scenarie,
        nu.kilde,
        nu.tabel_id,
        nu.serie_id,
        nu.periode_nr,
        foer.periode_nr as anden_nr,
        nu.saedvanlig,
        nu.er_tal,
        count(*) as kommuner,
        {{ kolonneafstand('nu.vaerdi', 'foer.kendt', 'nu.er_tal') }} as afstand
    from doemte as nu
    inner join historik as foer
        on
            nu.scenarie = foer.scenarie
            and nu.serie_id = foer.serie_id
            and nu.omraade_nr = foer.omraade_nr
            and nu.periode_nr > foer.periode_nr
            and nu.periode_nr <= foer.periode_nr + {{ graense(g, 'f16_maaneder') }}
    where foer.kendt is not null
    group by all
),

naermeste as (
    select
        *,
        afstand / saedvanlig as andel
    from maaneder
    where kommuner >= {{ kommuner_mindst(g, 'er_tal') }}
    qualify row_number() over (
        partition by scenarie, serie_id, periode_nr order by afstand asc, anden_nr desc
    ) = 1
),

-- Of two columns that are one, the wrong one is farther from its own month before.
egen_afstand as (
    select
        dom.scenarie,
        dom.serie_id,
        dom.periode_nr,
        dom.afstand / saedvanlige.saedvanlig as flytning
    from par as dom
    inner join saedvanlige
        on
            dom.scenarie = saedvanlige.scenarie
            and dom.serie_id = saedvanlige.serie_id
            and dom.periode_nr = saedvanlige.periode_nr
    where dom.er_dom
),

kolonner as (
    select
        nu.scenarie,
        nu.kilde,
        nu.tabel_id,
        nu.serie_id,
        nu.periode_nr,
        anden.serie_id as anden_serie,
        nu.saedvanlig,
        {{ kolonneafstand('nu.vaerdi', 'anden.vaerdi', 'nu.er_tal') }} as afstand
    from doemte as nu
    inner join doemte as anden
        on
            nu.scenarie = anden.scenarie
            and nu.kilde = anden.kilde
            and nu.tabel_id = anden.tabel_id
            and nu.periode_nr = anden.periode_nr
            and nu.omraade_nr = anden.omraade_nr
            and nu.serie_id <> anden.serie_id
    where nu.er_tal and anden.er_tal
    group by all
    having
        count(*) >= {{ graense(g, 'f16_kommuner_mindst') }}
        and {{ kolonneafstand('nu.vaerdi', 'anden.vaerdi', 'nu.er_tal') }}
        < {{ graense(g, 'f16_afstand') }} * nu.saedvanlig
),

-- Persons and full-time persons of one group are always near each other.
tidligere as (
    select
        scenarie,
        serie_id,
        anden_serie,
        periode_nr,
        periode_nr - unnest(generate_series(1, {{ graense(g, 'f16_maaneder') }})) as foer_nr
    from kolonner
),

-- Step by step: joined at one go, each column meets every other first.
egne_foer as materialized (
    select
        tidligere.*,
        egen.omraade_nr,
        egen.kendt
    from tidligere
    inner join historik as egen
        on
            tidligere.scenarie = egen.scenarie
            and tidligere.serie_id = egen.serie_id
            and tidligere.foer_nr = egen.periode_nr
    where egen.kendt is not null
),

foer_i_tiden as (
    select
        egne_foer.scenarie,
        egne_foer.serie_id,
        egne_foer.anden_serie,
        egne_foer.periode_nr,
        egne_foer.foer_nr,
        {{ kolonneafstand('egne_foer.kendt', 'anden.kendt', 'true') }} as afstand
    from egne_foer
    inner join historik as anden
        on
            egne_foer.scenarie = anden.scenarie
            and egne_foer.anden_serie = anden.serie_id
            and egne_foer.foer_nr = anden.periode_nr
            and egne_foer.omraade_nr = anden.omraade_nr
    where anden.kendt is not null
    group by all
),

saedvanligt_naer as (
    select
        scenarie,
        serie_id,
        anden_serie,
        periode_nr,
        min(afstand) as mindste_foer
    from foer_i_tiden
    group by scenarie, serie_id, anden_serie, periode_nr
),

naermeste_gruppe as (
    select
        kolonner.*,
        kolonner.afstand / least(saedvanligt_naer.mindste_foer, kolonner.saedvanlig) as andel
    from kolonner
    inner join saedvanligt_naer
        on
            kolonner.scenarie = saedvanligt_naer.scenarie
            and kolonner.serie_id = saedvanligt_naer.serie_id
            and kolonner.anden_serie = saedvanligt_naer.anden_serie
            and kolonner.periode_nr = saedvanligt_naer.periode_nr
    inner join egen_afstand as egen
        on
            kolonner.scenarie = egen.scenarie
            and kolonner.serie_id = egen.serie_id
            and kolonner.periode_nr = egen.periode_nr
    inner join egen_afstand as andens
        on
            kolonner.scenarie = andens.scenarie
            and kolonner.anden_serie = andens.serie_id
            and kolonner.periode_nr = andens.periode_nr
    where saedvanligt_naer.mindste_foer > 0 and egen.flytning >= andens.flytning
    qualify row_number() over (
        partition by kolonner.scenarie, kolonner.serie_id, kolonner.periode_nr
        order by kolonner.afstand asc, kolonner.anden_serie asc
    ) = 1
),

samlet as (
    select
        *,
        cast(null as integer) as omraade_nr,
        cast(null as double) as vaerdi,
        cast(null as double) as forventet,
        cast(null as double) as andel
    from ens
    union all by name
    select
        saedvanlige.scenarie,
        serier.kilde,
        serier.tabel_id,
        saedvanlige.serie_id,
        saedvanlige.periode_nr,
        'F16.maaned' as regel_id,
        naermeste.andel is not null as kan_doemmes,
        coalesce(naermeste.andel < {{ graense(g, 'f16_afstand') }}, false) as er_fund,
        1 - naermeste.andel as score,
        1 - {{ graense(g, 'f16_afstand') }} as graense,
        concat(
            'Samme kolonne som ',
            case
                when naermeste.anden_nr = naermeste.periode_nr - 1 then 'måneden før'
                else {{ periode_tekst('naermeste.anden_nr', 'serier.periode_art') }}
            end,
            ': forskellen er ', {{ dansk_tal('100 * naermeste.andel', 1) }},
            ' pct. af den, der sædvanligvis er fra måned til måned.'
        ) as besked,
        naermeste.andel
    from saedvanlige
    inner join serier
        on saedvanlige.serie_id = serier.serie_id
    left join naermeste
        on
            saedvanlige.scenarie = naermeste.scenarie
            and saedvanlige.serie_id = naermeste.serie_id
            and saedvanlige.periode_nr = naermeste.periode_nr
    union all by name
    select
        saedvanlige.scenarie,
        serier.kilde,
        serier.tabel_id,
        saedvanlige.serie_id,
        saedvanlige.periode_nr,
        'F16.gruppe' as regel_id,
        saedvanlige.saedvanlig is not null as kan_doemmes,
        coalesce(naermeste_gruppe.andel < {{ graense(g, 'f16_afstand') }}, false) as er_fund,
        -- Only columns nearer than the limit are measured against their own past.
        coalesce(1 - naermeste_gruppe.andel, 0) as score,
        1 - {{ graense(g, 'f16_afstand') }} as graense,
        concat(
            'Samme kolonne som "', concat_ws(' ', anden.maaling, anden.dimensioner),
            '": forskellen er ', {{ dansk_tal('100 * naermeste_gruppe.andel', 1) }},
            ' pct. af den sædvanlige.'
        ) as besked,
        naermeste_gruppe.andel
    from saedvanlige
    inner join serier
        on saedvanlige.serie_id = serier.serie_id
    left join naermeste_gruppe
        on
            saedvanlige.scenarie = naermeste_gruppe.scenarie
            and saedvanlige.serie_id = naermeste_gruppe.serie_id
            and saedvanlige.periode_nr = naermeste_gruppe.periode_nr
    left join serier as anden
        on naermeste_gruppe.anden_serie = anden.serie_id
),

final as (
    {{ fund_og_maalt('samlet', testet='kan_doemmes') }}
)

select * from final
