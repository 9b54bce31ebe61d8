with indikatorer as (
    select * from {{ ref('int_indikatorer') }}
),

dele as (
    select * from {{ ref('int_indikator_dele') }}
),

ydelser as (
    select * from {{ ref('fct_ydelser') }}
),

kommuner as (
    select kommune_kode from {{ ref('dim_kommune') }}
),

suspensioner as (
    select * from {{ ref('int_indikator_brud') }}
    where virkning = 'suspension'
),

celler as (
    select
        dele.indikator_id,
        ydelser.*
    from dele
    inner join ydelser
        on
            dele.tabel_id = ydelser.tabel_id
            and dele.maaling_navn = ydelser.maaling_navn
            and dele.dimensioner = ydelser.dimensioner
            and ydelser.maaned >= coalesce(dele.fra_maaned, ydelser.maaned)
            and ydelser.maaned <= coalesce(dele.til_maaned, ydelser.maaned)
    semi join kommuner
        on ydelser.omraade_kode = kommuner.kommune_kode
),

maaneder as (
    select distinct
        indikator_id,
        maaned
    from celler
),

-- A bridged indicator has as many parts as the old series had in that month.
ventede as (
    select
        maaneder.indikator_id,
        maaneder.maaned,
        count(*) as antal_dele
    from maaneder
    inner join dele
        on
            maaneder.indikator_id = dele.indikator_id
            and maaneder.maaned >= coalesce(dele.fra_maaned, maaneder.maaned)
            and maaneder.maaned <= coalesce(dele.til_maaned, maaneder.maaned)
    group by maaneder.indikator_id, maaneder.maaned
),

samlet as (
    select
        celler.indikator_id,
        celler.omraade_kode as kommune_kode,
        celler.periode,
        celler.maaned,
        sum(celler.vaerdi) as vaerdi,
        {{ samlet_status('celler.status', 'max(ventede.antal_dele)') }} as status,
        bool_or(celler.er_foreloebig) as er_foreloebig,
        bool_or(celler.er_syntetisk) as er_syntetisk,
        max(celler.hentet_utc) as hentet_utc
    from celler
    inner join ventede
        on celler.indikator_id = ventede.indikator_id and celler.maaned = ventede.maaned
    group by celler.indikator_id, celler.omraade_kode, celler.periode, celler.maaned
),

-- A month that a suspension touches is suspended, if only for half of it.
suspenderede as (
    select distinct
        ventede.indikator_id,
        ventede.maaned
    from ventede
    inner join suspensioner
        on
            ventede.indikator_id = suspensioner.indikator_id
            and ventede.maaned between suspensioner.fra_maaned and suspensioner.til_maaned
),

maerket as (
    select
        samlet.* exclude (status),
        suspenderede.maaned is not null as er_suspenderet,
        case
            when suspenderede.maaned is not null and indikatorer.maaling_art = 'proces' then 'S'
            else samlet.status
        end as status
    from samlet
    inner join indikatorer
        on samlet.indikator_id = indikatorer.indikator_id
    left join suspenderede
        on
            samlet.indikator_id = suspenderede.indikator_id
            and samlet.maaned = suspenderede.maaned
),

final as (
    select
        indikator_id,
        kommune_kode,
        periode,
        maaned,
        case when status = 'A' then cast(vaerdi as decimal(18, 3)) end as vaerdi,
        status,
        er_suspenderet,
        er_foreloebig,
        er_syntetisk,
        hentet_utc
    from maerket
)

select * from final
