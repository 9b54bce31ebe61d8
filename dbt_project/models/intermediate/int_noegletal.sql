-- Each nøgletal of each kommune and the country, in the newest three years: what places, movements
-- and a whole calendar year need.

with definitioner as (
    select * from {{ ref('noegletal_definitioner') }}
),

led as (
    select
        noegletal_id,
        led,
        tabel_id,
        maaling_navn,
        coalesce(dimensioner, '') as dimensioner,
        count(*) over (partition by noegletal_id, led) as antal_celler
    from {{ ref('noegletal_led') }}
),

omraader as (
    select
        omraade_kode,
        omraade_art
    from {{ ref('dim_omraade') }}
    where omraade_art in ('kommune', 'land')
),

befolkning as (
    select * from {{ ref('int_befolkning') }}
),

nyeste as (
    select max({{ periode_start('daekning.periode') }}) as maaned
    from {{ ref('int_daekning') }} as daekning
    semi join led
        on daekning.tabel_id = led.tabel_id
),

celler as (
    select
        led.noegletal_id,
        led.led,
        led.antal_celler,
        ydelser.omraade_kode,
        ydelser.maaned,
        ydelser.vaerdi,
        ydelser.status,
        ydelser.er_foreloebig,
        ydelser.er_syntetisk,
        ydelser.hentet_utc
    from led
    inner join {{ ref('fct_ydelser') }} as ydelser
        on
            led.tabel_id = ydelser.tabel_id
            and led.maaling_navn = ydelser.maaling_navn
            and led.dimensioner = ydelser.dimensioner
    cross join nyeste
    where ydelser.maaned > nyeste.maaned - interval 36 month
),

summer as (
    select
        noegletal_id,
        led,
        omraade_kode,
        maaned,
        sum(vaerdi) as vaerdi,
        {{ samlet_status('status', 'max(antal_celler)') }} as status,
        bool_or(er_foreloebig) as er_foreloebig,
        bool_or(er_syntetisk) as er_syntetisk,
        max(hentet_utc) as hentet_utc
    from celler
    group by noegletal_id, led, omraade_kode, maaned
),

-- One row a nøgletal, area and month: what is lacking of it has status null.
samlet as (
    select
        noegletal_id,
        omraade_kode,
        maaned,
        max(vaerdi) filter (where led = 'procent' and status = 'A') as procent,
        max(status) filter (where led = 'procent') as procent_status,
        max(vaerdi) filter (where led = 'taeller' and status = 'A') as taeller,
        max(status) filter (where led = 'taeller') as taeller_status,
        max(vaerdi) filter (where led = 'naevner' and status = 'A') as naevner,
        max(status) filter (where led = 'naevner') as naevner_status,
        bool_or(er_foreloebig) as er_foreloebig,
        bool_or(er_syntetisk) as er_syntetisk,
        max(hentet_utc) as hentet_utc
    from summer
    group by noegletal_id, omraade_kode, maaned
),

maaneder as (
    select distinct
        noegletal_id,
        maaned
    from summer
),

kalender as (
    select
        maaneder.noegletal_id,
        maaneder.maaned,
        omraader.omraade_kode,
        omraader.omraade_art
    from maaneder
    cross join omraader
),

suspenderet as (
    select distinct
        led.noegletal_id,
        cast(unnest(generate_series(
            date_trunc('month', brud.dato_fra),
            date_trunc('month', coalesce(brud.dato_til, brud.dato_fra)),
            interval 1 month
        )) as date) as maaned
    from led
    inner join definitioner
        on led.noegletal_id = definitioner.noegletal_id
    inner join {{ ref('serie_brud') }} as brud
        on {{ brud_rammer('brud', 'led') }}
    where definitioner.maaling_art = 'proces' and brud.art = 'suspension'
),

-- A month uses its own quarter's population, or the newest before it.
med_befolkning as (
    select
        kalender.noegletal_id,
        kalender.omraade_kode,
        kalender.omraade_art,
        kalender.maaned,
        samlet.procent,
        samlet.procent_status,
        samlet.taeller,
        samlet.taeller_status,
        samlet.er_foreloebig,
        definitioner.naevner_art,
        definitioner.decimaler,
        case definitioner.naevner_art
            when 'befolkning_16_66' then befolkning.befolkning
            when 'befolkning_16_29' then befolkning.befolkning_16_29
            else samlet.naevner
        end as naevner,
        case definitioner.naevner_art
            when 'befolkning_16_66' then befolkning.befolkning_status
            when 'befolkning_16_29' then befolkning.befolkning_16_29_status
            else samlet.naevner_status
        end as naevner_status,
        coalesce(samlet.er_syntetisk, false) or (
            definitioner.naevner_art like 'befolkning%'
            and samlet.taeller is not null
            and coalesce(befolkning.er_syntetisk, false)
        ) as er_syntetisk,
        samlet.hentet_utc,
        suspenderet.maaned is not null as er_suspenderet
    from kalender
    inner join definitioner
        on kalender.noegletal_id = definitioner.noegletal_id
    left join samlet
        on
            kalender.noegletal_id = samlet.noegletal_id
            and kalender.omraade_kode = samlet.omraade_kode
            and kalender.maaned = samlet.maaned
    left join suspenderet
        on
            kalender.noegletal_id = suspenderet.noegletal_id
            and kalender.maaned = suspenderet.maaned
    asof left join befolkning
        on
            kalender.omraade_kode = befolkning.omraade_kode
            and kalender.maaned >= befolkning.kvartal
),

med_status as (
    select
        *,
        case
            when er_suspenderet then 'S'
            when naevner_art = 'kildens_procent' then coalesce(procent_status, 'N')
            when coalesce(taeller_status, 'N') <> 'A' then coalesce(taeller_status, 'N')
            else coalesce(naevner_status, 'N')
        end as status
    from med_befolkning
),

final as (
    select
        noegletal_id,
        omraade_kode,
        omraade_art,
        maaned,
        cast(taeller as decimal(18, 3)) as taeller,
        cast(naevner as decimal(18, 3)) as naevner,
        case
            when status <> 'A' then null
            when naevner_art = 'kildens_procent'
                then {{ kvotient_halvt_op('procent', '1', 'decimaler') }}
            -- A month with nobody is 0 pct.
            when naevner = 0 then cast(0 as decimal(18, 3))
            else {{ kvotient_halvt_op('100 * taeller', 'naevner', 'decimaler') }}
        end as vaerdi,
        status,
        coalesce(er_foreloebig, false) as er_foreloebig,
        er_syntetisk,
        hentet_utc
    from med_status
)

select * from final
