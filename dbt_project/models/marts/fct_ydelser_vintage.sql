{{ config(materialized='view') }}
-- A view: a new vintage costs what it adds to int_obs, not a new copy of all the history.

with obs as (
    select * from {{ ref('int_obs') }}
    where kilde = 'jobindsats'
),

maalinger as (
    select * from {{ ref('int_maalinger') }}
),

omraader as (
    select * from {{ ref('dim_omraade') }}
),

dimensioner as (
    select * from {{ ref('int_dimensioner') }}
),

nyeste_periode as (
    select
        kilde,
        tabel_id,
        hentet_utc,
        max(periode) as nyeste_periode
    from {{ ref('int_daekning') }}
    group by kilde, tabel_id, hentet_utc
),

brud as (
    select * from {{ ref('int_brudmaaneder') }}
),

final as (
    select
        obs.tabel_id,
        obs.omraade_kode,
        omraader.omraade_navn,
        dimensioner.ydelsesgruppe,
        dimensioner.begreb,
        obs.dimensioner,
        obs.periode,
        {{ periode_start('obs.periode') }} as maaned,
        obs.maaling_id,
        maalinger.maaling,
        maalinger.maaling_navn,
        maalinger.enhed,
        obs.vaerdi,
        obs.status,
        obs.periode = nyeste_periode.nyeste_periode as er_foreloebig,
        brud.maaned is not null as databrud,
        obs.oprindelse = 'genereret' as er_syntetisk,
        obs.gyldig_fra,
        obs.gyldig_til
    from obs
    left join maalinger
        on
            obs.kilde = maalinger.kilde
            and obs.tabel_id = maalinger.tabel_id
            and obs.maaling_id = maalinger.maaling_id
    left join omraader
        on obs.omraade_kode = omraader.omraade_kode
    left join dimensioner
        on
            obs.tabel_id = dimensioner.tabel_id
            and obs.dimensioner = dimensioner.dimensioner
    left join nyeste_periode
        on
            obs.kilde = nyeste_periode.kilde
            and obs.tabel_id = nyeste_periode.tabel_id
            and obs.gyldig_fra = nyeste_periode.hentet_utc
    left join brud
        on
            obs.tabel_id = brud.tabel_id
            and obs.dimensioner = brud.dimensioner
            and {{ periode_start('obs.periode') }} = brud.maaned
)

select * from final
