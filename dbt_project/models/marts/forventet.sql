-- The measures that a benchmark table bears, side by side; which table it is follows from
-- kilder.csv. Both counts and shares are the source's own, rounded as the source rounds them.

with ydelser as (
    select * from {{ ref('fct_ydelser') }}
    where maaling_navn in (
        'forventet_antal', 'faktisk_antal', 'forventet_andel_pct', 'faktisk_andel_pct', 'placering'
    )
),

perioder as (
    select * from {{ ref('dim_periode') }}
),

samlet as (
    select
        tabel_id,
        omraade_kode as kommune_kode,
        omraade_navn as kommune_navn,
        ydelsesgruppe,
        begreb,
        periode,
        max(vaerdi) filter (where maaling_navn = 'forventet_antal') as forventet_antal,
        max(vaerdi) filter (where maaling_navn = 'faktisk_antal') as faktisk_antal,
        max(vaerdi) filter (where maaling_navn = 'forventet_andel_pct') as forventet_andel_pct,
        max(vaerdi) filter (where maaling_navn = 'faktisk_andel_pct') as faktisk_andel_pct,
        max(vaerdi) filter (where maaling_navn = 'placering') as placering,
        {{ samlet_status('status', 5) }} as status,
        bool_or(er_syntetisk) as er_syntetisk,
        max(hentet_utc) as hentet_utc
    from ydelser
    group by all
),

final as (
    select
        samlet.tabel_id,
        samlet.kommune_kode,
        samlet.kommune_navn,
        samlet.ydelsesgruppe,
        samlet.begreb,
        samlet.periode,
        perioder.periode_fra as maaned_fra,
        cast(date_trunc('month', perioder.periode_til) as date) as maaned_til,
        samlet.forventet_antal,
        samlet.faktisk_antal,
        samlet.forventet_andel_pct,
        samlet.faktisk_andel_pct,
        cast(samlet.placering as integer) as placering,
        samlet.status,
        samlet.er_syntetisk,
        samlet.hentet_utc
    from samlet
    left join perioder
        on samlet.periode = perioder.periode
)

select * from final
order by tabel_id, kommune_kode, begreb, periode
