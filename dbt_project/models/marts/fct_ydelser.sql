{{ config(materialized='view') }}
-- A view: a new vintage costs what it adds to int_obs, not a new copy of all the history.

with versioner as (
    select * from {{ ref('fct_ydelser_vintage') }}
    where gyldig_til is null
),

daekning as (
    select * from {{ ref('int_daekning') }}
    where kilde = 'jobindsats'
),

-- The newest vintage that asked for the cell: an older one, if its period has left the window.
hentet as (
    select
        tabel_id,
        maaling_id,
        dimensioner,
        periode,
        max(hentet_utc) as hentet_utc
    from daekning
    group by tabel_id, maaling_id, dimensioner, periode
),

nyeste as (
    select
        tabel_id,
        max_by(periode, (hentet_utc, periode)) as nyeste_periode
    from daekning
    group by tabel_id
),

final as (
    select
        versioner.tabel_id,
        versioner.omraade_kode,
        versioner.omraade_navn,
        versioner.ydelsesgruppe,
        versioner.begreb,
        versioner.dimensioner,
        versioner.periode,
        versioner.maaned,
        versioner.maaling_id,
        versioner.maaling,
        versioner.maaling_navn,
        versioner.enhed,
        versioner.vaerdi,
        versioner.status,
        versioner.periode = nyeste.nyeste_periode as er_foreloebig,
        versioner.databrud,
        versioner.er_syntetisk,
        hentet.hentet_utc
    from versioner
    inner join hentet
        on
            versioner.tabel_id = hentet.tabel_id
            and versioner.maaling_id = hentet.maaling_id
            and versioner.dimensioner = hentet.dimensioner
            and versioner.periode = hentet.periode
    inner join nyeste
        on versioner.tabel_id = nyeste.tabel_id
)

select * from final
