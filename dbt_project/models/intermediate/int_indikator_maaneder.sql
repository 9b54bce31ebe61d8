with indikatorer as (
    select * from {{ ref('int_indikatorer') }}
),

ydelser as (
    select * from {{ ref('fct_ydelser') }}
),

kommuner as (
    select distinct kommune_kode from {{ ref('int_resultatmaal') }}
),

dele as (
    select
        indikator_id,
        tabel_id,
        maaling_navn,
        len(dimensioner) as antal_dele,
        unnest(dimensioner) as dimensioner
    from indikatorer
),

samlet as (
    select
        dele.indikator_id,
        ydelser.omraade_kode as kommune_kode,
        ydelser.periode,
        ydelser.maaned,
        sum(ydelser.vaerdi) as vaerdi,
        {{ samlet_status('ydelser.status', 'max(dele.antal_dele)') }} as status,
        bool_or(ydelser.er_foreloebig) as er_foreloebig,
        bool_or(ydelser.er_syntetisk) as er_syntetisk,
        max(ydelser.hentet_utc) as hentet_utc
    from dele
    inner join ydelser
        on
            dele.tabel_id = ydelser.tabel_id
            and dele.maaling_navn = ydelser.maaling_navn
            and dele.dimensioner = ydelser.dimensioner
    semi join kommuner
        on ydelser.omraade_kode = kommuner.kommune_kode
    group by dele.indikator_id, ydelser.omraade_kode, ydelser.periode, ydelser.maaned
),

final as (
    select
        indikator_id,
        kommune_kode,
        periode,
        maaned,
        case when status = 'A' then cast(vaerdi as decimal(18, 3)) end as vaerdi,
        status,
        er_foreloebig,
        er_syntetisk,
        hentet_utc
    from samlet
)

select * from final
