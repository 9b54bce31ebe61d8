{{ config(materialized='table') }}
{% set g = graenser() %}
-- F18: hidden figures that a reader of our tables can work out, one row each. Ours (`er_vores`) is
-- what follows from a figure computed here, or from tables that only stand together here; what one
-- table of the source tells is the source's. It rests on the marts; one that is ours blocks.

with oversigt as (
    select * from {{ ref('ydelsesoversigt') }}
),

rar_status as (
    select * from {{ ref('rar_status') }}
),

noegletal as (
    select * from {{ ref('noegletal') }}
    where gruppe_art = 'land'
),

-- Those whose count is fetched; of the others there is none to hide.
definitioner as (
    select * from {{ ref('noegletal_definitioner') }}
    where
        noegletal_id in (
            select led.noegletal_id from {{ ref('noegletal_led') }} as led
            where led.led = 'taeller'
        )
),

resultatmaal as (
    select * from {{ ref('resultatmaal_status') }}
),

joblog as (
    select * from {{ ref('joblog_daekningsgrad') }}
),

ydelser as (
    select * from {{ ref('fct_ydelser') }}
),

maalinger as (
    select
        tabel_id,
        max(diskretion_under) as diskretion_under
    from {{ ref('int_maalinger') }}
    group by tabel_id
),

-- A count below the limit. The source's own where one of its cells shows the same figure.
smaa as (
    select oversigt.*
    from oversigt
    inner join maalinger
        on oversigt.tabel_id = maalinger.tabel_id
    where
        oversigt.antal_fuldtidspersoner > 0
        and oversigt.antal_fuldtidspersoner < maalinger.diskretion_under
),

primaere as (
    select
        'ydelsesoversigt' as tabel,
        smaa.kommune_navn as omraade_navn,
        smaa.periode,
        smaa.ydelsesgruppe as linje,
        'primaer' as art,
        count(ydelser.vaerdi) = 0 as er_vores,
        concat(
            'Antallet ', {{ dansk_tal('smaa.antal_fuldtidspersoner') }}, ' er under kildens grænse.'
        ) as besked
    from smaa
    left join ydelser
        on
            smaa.tabel_id = ydelser.tabel_id
            and smaa.kommune_kode = ydelser.omraade_kode
            and smaa.maaned = ydelser.maaned
            and smaa.antal_fuldtidspersoner = ydelser.vaerdi
    group by all
),

-- The one hidden part of a line whose total and other parts are shown is their difference, give or
-- take half a person for each. A hidden fuldtidsperson is anything from 0 to the limit.
soeskende as (
    select
        kommune_kode,
        maaned,
        foraelder_nr,
        count(*) as dele,
        coalesce(sum(antal_fuldtidspersoner), 0) as sete,
        min(tabel_id) as foerste_tabel,
        max(tabel_id) as sidste_tabel,
        any_value(ydelsesgruppe) filter (where antal_fuldtidspersoner is null) as skjult_del
    from oversigt
    where foraelder_nr is not null
    group by kommune_kode, maaned, foraelder_nr
    having
        count(*) filter (where antal_fuldtidspersoner is null) = 1
        and count(*) filter (where antal_status in ('C', 'U')) = 1
),

familier as (
    select
        helhed.kommune_navn,
        helhed.periode,
        helhed.ydelsesgruppe,
        helhed.antal_fuldtidspersoner as helhed,
        maalinger.diskretion_under as hoejst,
        {{ graense(g, 'f1_afrunding') }} * (soeskende.dele + 1) as margen,
        soeskende.sete,
        soeskende.skjult_del,
        soeskende.foerste_tabel <> helhed.tabel_id
        or soeskende.sidste_tabel <> helhed.tabel_id as er_vores
    from soeskende
    inner join oversigt as helhed
        on
            soeskende.kommune_kode = helhed.kommune_kode
            and soeskende.maaned = helhed.maaned
            and soeskende.foraelder_nr = helhed.raekke_nr
    inner join maalinger
        on helhed.tabel_id = maalinger.tabel_id
    where helhed.antal_fuldtidspersoner is not null
),

sekundaere as (
    select
        'ydelsesoversigt' as tabel,
        kommune_navn as omraade_navn,
        periode,
        skjult_del as linje,
        'sekundaer' as art,
        er_vores,
        concat(
            'Det skjulte tal er ', {{ dansk_tal('helhed') }}, ' (', ydelsesgruppe,
            ') minus de øvrige deles ', {{ dansk_tal('sete') }}, '.'
        ) as besked
    from familier
    -- Known to be more than 0, or less than what hides it.
    where helhed - sete - margen > 0 or helhed - sete + margen < hoejst
),

-- A percent or a change of a figure that is not shown gives the figure back.
afledte as (
    select
        'ydelsesoversigt' as tabel,
        kommune_navn as omraade_navn,
        periode,
        ydelsesgruppe as linje,
        'procent' as art,
        true as er_vores,
        'Andelen af befolkningen står, men antallet er skjult.' as besked
    from oversigt
    where antal_fuldtidspersoner is null and andel_befolkning_pct is not null
    union all
    select
        'rar_status' as tabel,
        gruppe_navn as omraade_navn,
        periode,
        linje_navn as linje,
        case when antal is null then 'procent' else 'sekundaer' end as art,
        true as er_vores,
        case
            when antal is null then 'Andelen står, men antallet er skjult.'
            else 'Gruppens antal står, men en kommunes er skjult.'
        end as besked
    from rar_status
    where (antal is null and andel_pct is not null) or (antal is not null and kommuner_uden_tal > 0)
    union all
    select
        'rar_status' as tabel,
        gruppe_navn as omraade_navn,
        periode,
        linje_navn as linje,
        'differens' as art,
        true as er_vores,
        'Ændringen står, men et af de to tal er skjult.' as besked
    from rar_status
    where
        (antal_aendring is not null and (antal is null or antal_foer is null))
        or (andel_aendring is not null and (andel_pct is null or andel_foer_pct is null))
    union all
    -- A percent that the source itself sends beside a hidden count is the source's.
    select
        'noegletal' as tabel,
        noegletal.kommune_navn as omraade_navn,
        noegletal.periode,
        noegletal.noegletal_navn as linje,
        'procent' as art,
        definitioner.naevner_art <> 'kildens_procent' as er_vores,
        'Procenten står, men antallet er skjult.' as besked
    from noegletal
    inner join definitioner
        on noegletal.noegletal_id = definitioner.noegletal_id
    where
        noegletal.vaerdi is not null
        and noegletal.taeller is null
        and noegletal.naevner is not null
    union all
    select
        'noegletal' as tabel,
        kommune_navn as omraade_navn,
        periode,
        noegletal_navn as linje,
        'differens' as art,
        true as er_vores,
        'Ændringen står, men tallet er skjult.' as besked
    from noegletal
    where vaerdi is null and vaerdi_aendring is not null
    union all
    select
        'resultatmaal_status' as tabel,
        kommune_navn as omraade_navn,
        periode,
        indikator_navn as linje,
        'differens' as art,
        true as er_vores,
        'Afstanden til målet eller ændringen står, men tallet er skjult.' as besked
    from resultatmaal
    where
        aktuel_status in ('C', 'U')
        and (
            aktuel_vaerdi is not null
            or afvigelse is not null
            or kraevet_maanedlig_aendring is not null
            or aendring_aar is not null
        )
    union all
    -- The bilag prints both figures itself.
    select
        'joblog_daekningsgrad' as tabel,
        omraade_navn,
        periode,
        ydelsesgruppe as linje,
        'procent' as art,
        false as er_vores,
        concat(
            {{ dansk_tal('andel_pct', 1) }}, ' pct. af ', {{ dansk_tal('antal_beroerte') }}, ' er ',
            {{ dansk_tal('round(antal_beroerte * andel_pct / 100)') }}, '.'
        ) as besked
    from joblog
    where
        round(antal_beroerte * andel_pct / 100) > 0
        and round(antal_beroerte * andel_pct / 100) < diskretion_under
),

final as (
    select * from primaere
    union all
    select * from sekundaere
    union all
    select * from afledte
)

select * from final
