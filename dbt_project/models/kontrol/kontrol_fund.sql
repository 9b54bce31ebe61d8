{{ config(materialized='table') }}

with resultater as (
    select * from {{ ref('int_kontrol__resultater') }}
    where er_fund
),

vintager as (
    select * from {{ ref('kontrol_vintager') }}
),

serier as (
    select * from {{ ref('int_kontrol__serier') }}
),

omraader as (
    select * from {{ ref('int_kontrol__omraader') }}
),

med_navne as (
    select
        resultater.scenarie,
        resultater.kilde,
        resultater.tabel_id,
        vintager.hentet_utc,
        resultater.regel_id,
        coalesce(omraader.omraade_kode, '') as omraade_kode,
        coalesce(omraader.omraade_navn, '') as omraade_navn,
        coalesce(omraader.har_plan, false) as har_plan,
        {{ periode_tekst('resultater.periode_nr', 'serier.periode_art') }} as periode,
        coalesce(serier.dimensioner, '') as dimensioner,
        coalesce(serier.maaling_id, '') as maaling_id,
        coalesce(serier.maaling, '') as maaling,
        cast(resultater.vaerdi as decimal(18, 3)) as vaerdi,
        cast(resultater.forventet as decimal(18, 3)) as forventet,
        round(cast(resultater.score as double), 6) as score,
        round(cast(resultater.graense as double), 6) as graense,
        resultater.besked
    from resultater
    inner join vintager
        on
            resultater.scenarie = vintager.scenarie
            and resultater.kilde = vintager.kilde
            and resultater.tabel_id = vintager.tabel_id
    left join serier
        on resultater.serie_id = serier.serie_id
    left join omraader
        on resultater.omraade_nr = omraader.omraade_nr
),

final as (
    select
        *,
        -- Same recipe as int_obs; a finding on no single cell has none.
        case
            when omraade_kode <> '' and periode <> '' and maaling_id <> ''
                then md5(concat_ws(
                    '|', kilde, tabel_id, maaling_id, omraade_kode, periode, dimensioner
                ))
        end as celle_id
    from med_navne
)

select * from final
order by
    scenarie asc,
    kilde asc,
    tabel_id asc,
    regel_id asc,
    score desc,
    periode desc,
    omraade_kode asc,
    dimensioner asc,
    maaling_id asc,
    besked asc
