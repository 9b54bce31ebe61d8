{{ config(materialized='table') }}
-- The judged vintages' cells, with the value each had in the vintage before (`forrige`) and in
-- the last accepted one (`basis`). Whole numbers for keys: every check reads this table.

with serier as (
    select * from {{ ref('int_kontrol__serier') }}
),

spurgt as (
    select * from {{ ref('int_kontrol__spurgt') }}
),

obs as (
    select * from {{ ref('int_obs') }}
),

omraader as (
    select * from {{ ref('int_kontrol__omraader') }}
),

i_serie as (
    select
        obs.celle_id,
        serier.scenarie,
        serier.serie_id,
        omraader.omraade_nr,
        {{ periode_nr('obs.periode') }} as periode_nr,
        cast(obs.vaerdi as double) as vaerdi,
        obs.status,
        obs.gyldig_fra,
        obs.gyldig_til,
        serier.hentet_utc,
        serier.forrige_hentet_utc,
        serier.accepteret_hentet_utc,
        serier.foerste_nr,
        serier.sidste_nr
    from obs
    inner join serier
        on
            obs.kilde = serier.kilde
            and obs.tabel_id = serier.tabel_id
            and obs.maaling_id = serier.maaling_id
            and obs.dimensioner = serier.dimensioner
            and obs.gyldig_fra <= serier.hentet_utc
    inner join omraader
        on obs.omraade_kode = omraader.omraade_kode
),

gaeldende as (
    select * from i_serie
    where
        (gyldig_til is null or gyldig_til > hentet_utc)
        and periode_nr between foerste_nr and sidste_nr
),

-- Only the few versions that this vintage closed, or one before it since the accepted one.
lukkede as (
    select * from i_serie
    where gyldig_til <= hentet_utc
),

forrige as (
    select
        scenarie,
        celle_id,
        any_value(vaerdi) as vaerdi
    from lukkede
    where gyldig_fra <= forrige_hentet_utc and gyldig_til > forrige_hentet_utc
    group by scenarie, celle_id
),

accepteret as (
    select
        scenarie,
        celle_id,
        any_value(vaerdi) as vaerdi
    from lukkede
    where gyldig_fra <= accepteret_hentet_utc and gyldig_til > accepteret_hentet_utc
    group by scenarie, celle_id
),

final as (
    select
        gaeldende.scenarie,
        gaeldende.serie_id,
        gaeldende.omraade_nr,
        gaeldende.periode_nr,
        gaeldende.vaerdi,
        gaeldende.status,
        case
            when gaeldende.gyldig_fra <= gaeldende.forrige_hentet_utc then gaeldende.vaerdi
            else forrige.vaerdi
        end as forrige,
        case
            when gaeldende.gyldig_fra <= gaeldende.accepteret_hentet_utc then gaeldende.vaerdi
            else accepteret.vaerdi
        end as basis
    from gaeldende
    semi join spurgt
        on
            gaeldende.serie_id = spurgt.serie_id
            and gaeldende.omraade_nr = spurgt.omraade_nr
    left join forrige
        on
            gaeldende.scenarie = forrige.scenarie
            and gaeldende.celle_id = forrige.celle_id
    left join accepteret
        on
            gaeldende.scenarie = accepteret.scenarie
            and gaeldende.celle_id = accepteret.celle_id
)

select * from final
