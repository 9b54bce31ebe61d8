-- Each group of kommuner, each kommune and the country: persons on each ydelse, and their share
-- of those of 16-66 years. A group's share is weighted: the sum over the sum.

with linjer as (
    select
        linje_nr,
        linje_navn,
        tabel_id,
        coalesce(dimensioner, '') as dimensioner,
        er_del = 'ja' as er_del
    from {{ ref('rar_linjer') }}
),

befolkning as (
    select * from {{ ref('int_befolkning') }}
    where befolkning_status = 'A'
),

omraader as (
    select
        gruppe_id,
        gruppe_art,
        gruppe_navn,
        kommune_kode as omraade_kode,
        gyldig_fra,
        coalesce(gyldig_til, date '9999-12-31') as gyldig_til
    from {{ ref('dim_gruppe') }}
    where gruppe_art <> 'sammenlignelig'
    union all
    select
        omraade_kode as gruppe_id,
        omraade_art as gruppe_art,
        omraade_navn as gruppe_navn,
        omraade_kode,
        date '0001-01-01' as gyldig_fra,
        date '9999-12-31' as gyldig_til
    from {{ ref('dim_omraade') }}
    where omraade_art in ('kommune', 'land')
),

celler as (
    select
        linjer.linje_nr,
        ydelser.omraade_kode,
        ydelser.maaned,
        ydelser.vaerdi,
        ydelser.status,
        ydelser.er_syntetisk,
        ydelser.hentet_utc
    from linjer
    inner join {{ ref('fct_ydelser') }} as ydelser
        on
            linjer.tabel_id = ydelser.tabel_id
            and linjer.dimensioner = ydelser.dimensioner
    where ydelser.maaling_navn = 'antal_fuldtidspersoner'
),

-- One month for all lines: the month before the newest that every fetched table has.
bedoemt as (
    select cast(min(nyeste.maaned) - interval 1 month as date) as maaned
    from (
        select max(maaned) as maaned
        from celler
        group by linje_nr
    ) as nyeste
),

hentede as (
    select distinct linje_nr from celler
),

maaneder as (
    select
        cast(unnest(generate_series(
            maaned - interval 24 month, maaned, interval 1 month
        )) as date) as maaned
    from bedoemt
),

-- Members as of the month, and the same members' figures a year before.
medlemmer as (
    select
        omraader.gruppe_id,
        omraader.gruppe_art,
        omraader.gruppe_navn,
        omraader.omraade_kode,
        maaneder.maaned,
        cast(maaneder.maaned - interval 12 month as date) as maaned_foer
    from maaneder
    inner join omraader
        on maaneder.maaned between omraader.gyldig_fra and omraader.gyldig_til
),

med_befolkning as (
    select
        medlemmer.*,
        nu.befolkning,
        nu.er_syntetisk as befolkning_er_syntetisk
    from medlemmer
    asof left join befolkning as nu
        on medlemmer.omraade_kode = nu.omraade_kode and medlemmer.maaned >= nu.kvartal
),

med_begge as (
    select
        med_befolkning.*,
        foer.befolkning as befolkning_foer
    from med_befolkning
    asof left join befolkning as foer
        on
            med_befolkning.omraade_kode = foer.omraade_kode
            and med_befolkning.maaned_foer >= foer.kvartal
),

summer as (
    select
        med_begge.gruppe_id,
        any_value(med_begge.gruppe_art) as gruppe_art,
        any_value(med_begge.gruppe_navn) as gruppe_navn,
        hentede.linje_nr,
        med_begge.maaned,
        count(*) as antal_omraader,
        count(*) filter (where nu.status is distinct from 'A') as omraader_uden_tal,
        sum(nu.vaerdi) as antal,
        {{ samlet_status('nu.status', 'count(*)') }} as antal_status,
        case when count(med_begge.befolkning) = count(*) then sum(med_begge.befolkning) end
            as befolkning,
        case when count(*) filter (where foer.status = 'A') = count(*) then sum(foer.vaerdi) end
            as antal_foer,
        case
            when count(med_begge.befolkning_foer) = count(*) then sum(med_begge.befolkning_foer)
        end as befolkning_foer,
        coalesce(bool_or(nu.er_syntetisk), false) as antal_er_syntetisk,
        coalesce(bool_or(foer.er_syntetisk), false) as foer_er_syntetisk,
        coalesce(bool_or(med_begge.befolkning_er_syntetisk), false) as befolkning_er_syntetisk,
        max(nu.hentet_utc) as hentet_utc
    from med_begge
    cross join hentede
    left join celler as nu
        on
            hentede.linje_nr = nu.linje_nr
            and med_begge.omraade_kode = nu.omraade_kode
            and med_begge.maaned = nu.maaned
    left join celler as foer
        on
            hentede.linje_nr = foer.linje_nr
            and med_begge.omraade_kode = foer.omraade_kode
            and med_begge.maaned_foer = foer.maaned
    group by med_begge.gruppe_id, hentede.linje_nr, med_begge.maaned
),

-- Closed to new cases: a falling count is not a result.
afloeb as (
    select
        linjer.linje_nr,
        min(brud.fra_maaned) as fra_maaned
    from linjer
    inner join {{ ref('dim_brud') }} as brud
        on {{ brud_rammer('brud', 'linjer') }}
    where brud.art = 'afloeb'
    group by linjer.linje_nr
),

andele as (
    select
        *,
        case
            when antal_status = 'A' then {{ kvotient_halvt_op('100 * antal', 'befolkning', '1') }}
        end as andel_pct,
        {{ kvotient_halvt_op('100 * antal_foer', 'befolkning_foer', '1') }} as andel_foer_pct
    from summer
),

land as (
    select * from andele
    where gruppe_art = 'land'
),

final as (
    select
        andele.gruppe_id,
        andele.gruppe_art,
        andele.gruppe_navn,
        andele.linje_nr,
        linjer.linje_navn,
        linjer.er_del,
        {{ maaned_som_periode('andele.maaned') }} as periode,
        andele.maaned,
        andele.maaned = bedoemt.maaned as er_bedoemt,
        cast(case when andele.antal_status = 'A' then andele.antal end as decimal(18, 3)) as antal,
        andele.antal_status,
        cast(andele.befolkning as integer) as befolkning,
        andele.andel_pct,
        cast(andele.antal_omraader as integer) as antal_kommuner,
        cast(andele.omraader_uden_tal as integer) as kommuner_uden_tal,
        cast(andele.antal_foer as decimal(18, 3)) as antal_foer,
        andele.andel_foer_pct,
        case
            when andele.antal_status = 'A'
                then cast(andele.antal - andele.antal_foer as decimal(18, 3))
        end as antal_aendring,
        cast(andele.andel_pct - andele.andel_foer_pct as decimal(18, 3)) as andel_aendring,
        land.andel_pct as land_andel_pct,
        andele.maaned >= coalesce(afloeb.fra_maaned, date '9999-12-31') as er_afloeb,
        -- A share rests on the population as well.
        andele.antal_er_syntetisk
        or andele.foer_er_syntetisk
        or (andele.andel_pct is not null and andele.befolkning_er_syntetisk) as er_syntetisk,
        linjer.tabel_id,
        andele.hentet_utc
    from andele
    inner join linjer
        on andele.linje_nr = linjer.linje_nr
    cross join bedoemt
    left join afloeb
        on andele.linje_nr = afloeb.linje_nr
    left join land
        on andele.linje_nr = land.linje_nr and andele.maaned = land.maaned
)

select * from final
order by gruppe_art, gruppe_id, maaned, linje_nr
